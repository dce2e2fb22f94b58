"""A real database for every test, empty but for the districts: `record_plane`, `channel_plane`, `portal_reads`.

The schema is migrated once a run. Tests use one database in turn, emptied before each; `own_database_url` gives a copy.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from core.ports.environment import KeyedHash, Sealer
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.storage.citus.tasks import Watched
from tests.storage.statement_rules import refusing_multi_shard_statements

TEMPLATE = "letsema_template"
SHARED = "letsema_shared"
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
_PATIENCE = 30.0
"""Time-outs that a busy machine does not meet: what a short one does has tests of its own."""

ON_EACH_ENGINE: Final = ("postgres", pytest.param("citus", marks=pytest.mark.citus))
"""For `pytest.mark.parametrize("database_url", ON_EACH_ENGINE, indirect=True)`: tests that run on a cluster too."""

_numbers = itertools.count(1)


@dataclass
class MovableClock:
    """A clock that stands until a test moves it."""

    at: datetime = field(default=MORNING)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """Go on by that much, as `timedelta` counts it, and say what time it is then."""
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return AesGcmSealer({1: b"s" * 32})


@pytest.fixture(scope="session")
def keyed_hash() -> KeyedHash:
    return KeyedNames(b"l" * 32, {1: b"t" * 32})


@pytest.fixture(scope="session")
def migrated_template(embedded_postgres: EmbeddedPostgres) -> str:
    """The name of a database with both planes' schemas and nothing else."""

    async def migrate() -> None:
        # A test's database need not survive a power cut, and waiting for the disk is most of what making one costs.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            await _administer(embedded_postgres, f"alter system set {setting} = off")
        await _administer(embedded_postgres, "select pg_reload_conf()")
        await embedded_postgres.ensure_database(TEMPLATE)
        for plane in Plane:
            await upgrade(plane, embedded_postgres.url(TEMPLATE))

    asyncio.run(migrate())
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_database(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """The URL, as the owner, of the database that all tests use, one after the other."""
    asyncio.run(_administer(embedded_postgres, f"create database {SHARED} template {migrated_template}"))
    return embedded_postgres.url(SHARED)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows, as its owner. What an earlier test left is removed first.

    On the engine that the test is parametrised with (`ON_EACH_ENGINE`), else on the one that LETSEMA_TEST_RECORD names
    for a whole run.
    """
    engine = getattr(request, "param", os.environ.get("LETSEMA_TEST_RECORD") or "postgres")
    databases = {"postgres": "shared_database", "citus": "citus_shared_url"}
    url: str = request.getfixturevalue(databases[engine])
    asyncio.run(empty_database(url))
    return url


@pytest.fixture
def own_database_url(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A migrated database for a test that changes its schema, or breaks it."""
    name = f"test_{next(_numbers)}"
    asyncio.run(_administer(embedded_postgres, f"create database {name} template {migrated_template}"))
    yield embedded_postgres.url(name)
    asyncio.run(_administer(embedded_postgres, f"drop database {name} with (force)"))


@pytest.fixture
async def record_plane(
    database_url: str, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> AsyncIterator[RecordOnPostgres]:
    """Whatever runs on it is also watched: a statement that would leave its district's node fails the test.

    On Citus what its own EXPLAIN says of each counts as well.
    """
    watched = Watched()
    connections = RecordConnections(
        database_url,
        connect_timeout_seconds=_PATIENCE,
        statement_timeout_seconds=_PATIENCE,
        unit_timeout_seconds=_PATIENCE,
    )
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        with refusing_multi_shard_statements(plane.nodes.all[0].engine), watched.on(plane):
            yield plane
        assert not await watched.findings(database_url)


@pytest.fixture
async def channel_plane(database_url: str, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    async with open_channel_plane(database_url, sealer) as plane:
        yield plane


@asynccontextmanager
async def open_channel_plane(url: str, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    """The channel plane on a database, until left."""
    connections = ChannelConnections(
        url,
        connect_timeout_seconds=_PATIENCE,
        statement_timeout_seconds=_PATIENCE,
        call_timeout_seconds=_PATIENCE,
    )
    async with ChannelOnPostgres.opened(connections, sealer) as plane:
        yield plane


@pytest.fixture
def portal_reads(record_plane: RecordOnPostgres, keyed_hash: KeyedHash) -> PortalReadsOnPostgres:
    return PortalReadsOnPostgres(record_plane, keyed_hash)


async def empty_database(url: str) -> None:
    """Remove every row but the districts'. Deleting few rows is a hundred times faster than making a database."""
    tables = [table.fullname for plane in Plane for table in reversed(plane.tables.sorted_tables)]
    kept = {"record.districts", "record.catalogue_state"}
    deletes = "; ".join(f"delete from {table}" for table in tables if table not in kept)  # noqa: S608 - our own tables
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        # Foreign keys look away while all goes; districts that a test added go too. On a cluster they do not, and the
        # order of the tables is what lets each go.
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")
            await connection.execute("set local citus.multi_shard_modify_mode = 'sequential'")
            await connection.execute(deletes)
            await connection.execute("delete from record.districts where code like '%.%'")
    finally:
        await connection.close()


async def _administer(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
