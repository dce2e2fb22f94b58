"""The engines that the contracts run against. Each plane is named by its port, whatever stands behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.ports.channel import ChannelPlane
from core.ports.environment import Sealer
from core.ports.record import Record
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.fixtures_citus import CitusDatabase
from tests.fixtures_postgres import ON_EACH_ENGINE, empty_database, open_channel_plane
from tests.storage.samples import lay_ground


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each contract of the record plane runs on an ordinary database and on one whose tables are distributed."""
    if "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", ON_EACH_ENGINE, indirect=True)


@pytest.fixture
async def record(record_plane: RecordOnPostgres) -> Record:
    """A record plane with two lenders, a product and the district LS-A open."""
    await lay_ground(record_plane)
    return record_plane


@pytest.fixture
async def channel_on_postgres(shared_database: str, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    """The channel plane on an ordinary database, as the embedded profile has it."""
    await empty_database(shared_database)
    async with open_channel_plane(shared_database, sealer) as plane:
        yield plane


@pytest.fixture
async def channel_on_citus(citus_database: CitusDatabase, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    """The channel plane where the record plane is too, its tables distributed by their own keys."""
    async with open_channel_plane(citus_database.owner_url, sealer) as plane:
        yield plane


@pytest.fixture(params=[*ON_EACH_ENGINE, "cassandra"])
def channel(request: pytest.FixtureRequest) -> ChannelPlane:
    """An empty channel plane, on each engine that has one."""
    names = {"postgres": "channel_on_postgres", "citus": "channel_on_citus", "cassandra": "cassandra_plane"}
    plane: ChannelOnPostgres | ChannelOnCassandra = request.getfixturevalue(names[request.param])
    return plane
