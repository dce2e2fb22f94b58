"""The engines that the contracts run against. Each plane is named by its port, whatever stands behind it."""

from __future__ import annotations

import pytest

from core.ports.channel import ChannelPlane
from core.ports.record import Record
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.storage.samples import lay_ground


@pytest.fixture
async def record(record_plane: RecordOnPostgres) -> Record:
    """A record plane with two lenders, a product and the district LS-A open."""
    await lay_ground(record_plane)
    return record_plane


@pytest.fixture
def channel(channel_plane: ChannelOnPostgres) -> ChannelPlane:
    """An empty channel plane."""
    return channel_plane
