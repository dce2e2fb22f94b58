"""The engines that the contracts run against. Each plane is named by its port, whatever stands behind it."""

from __future__ import annotations

import pytest

from core.ports.channel import ChannelPlane
from core.ports.record import Record
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.storage.samples import lay_ground


@pytest.fixture
async def record(record_plane: RecordOnPostgres) -> Record:
    """A record plane with two lenders, a product and the district LS-A open."""
    await lay_ground(record_plane)
    return record_plane


@pytest.fixture(params=["postgres", "cassandra"])
def channel(request: pytest.FixtureRequest) -> ChannelPlane:
    """An empty channel plane, on each engine that has one."""
    names = {"postgres": "channel_plane", "cassandra": "cassandra_plane"}
    plane: ChannelOnPostgres | ChannelOnCassandra = request.getfixturevalue(names[request.param])
    return plane
