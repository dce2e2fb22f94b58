"""The engine of the whole tests, `engine` and `lending` with it, on all nodes of a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.ports.environment import KeyedHash, Sealer
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.fixtures_citus import CitusDatabase
from tests.fixtures_postgres import MovableClock, open_channel_plane

_PATIENCE = 30.0


@pytest.fixture
def patient_connections(citus_database: CitusDatabase) -> RecordConnections:
    """To every node, with time-outs that a busy machine does not meet."""
    coordinator, *workers = citus_database.app_urls
    return RecordConnections(
        coordinator,
        tuple(workers),
        connect_timeout_seconds=_PATIENCE,
        statement_timeout_seconds=_PATIENCE,
        unit_timeout_seconds=_PATIENCE,
    )


@pytest.fixture
async def record_plane(
    patient_connections: RecordConnections, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> AsyncIterator[RecordOnPostgres]:
    async with RecordOnPostgres.opened(patient_connections, sealer, keyed_hash, clock) as plane:
        yield plane


@pytest.fixture
async def channel_plane(citus_database: CitusDatabase, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    async with open_channel_plane(citus_database.app_url, sealer) as plane:
        yield plane
