"""A real database for every test, empty but for the districts: `record_plane`, `channel_plane`, `portal_reads`.

The schema is migrated once a run, into a template; a test's own database is a copy of that, dropped afterwards.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.ports.environment import KeyedHash, Sealer
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres

TEMPLATE = "letsema_template"
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
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
        await embedded_postgres.ensure_database(TEMPLATE)
        for plane in Plane:
            await upgrade(plane, embedded_postgres.url(TEMPLATE))

    asyncio.run(migrate())
    return TEMPLATE


@pytest.fixture
def database_url(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """This test's own database, as its owner."""
    name = f"test_{next(_numbers)}"
    asyncio.run(_administer(embedded_postgres, f"create database {name} template {migrated_template}"))
    yield embedded_postgres.url(name)
    asyncio.run(_administer(embedded_postgres, f"drop database {name} with (force)"))


@pytest.fixture
async def record_plane(
    database_url: str, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> AsyncIterator[RecordOnPostgres]:
    async with RecordOnPostgres.opened(RecordConnections(database_url), sealer, keyed_hash, clock) as plane:
        yield plane


@pytest.fixture
async def channel_plane(database_url: str, sealer: Sealer) -> AsyncIterator[ChannelOnPostgres]:
    async with ChannelOnPostgres.opened(ChannelConnections(database_url), sealer) as plane:
        yield plane


async def _administer(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
