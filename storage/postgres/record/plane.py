"""The record plane on PostgreSQL: connections, units, the catalogue, and the proof of the books."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.ports.books import LedgerFinding
from core.ports.environment import Clock, KeyedHash, Sealer
from core.ports.record import DistrictDown, Unit
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion
from storage.postgres.deadline import dropped_after
from storage.postgres.record.catalogue import CatalogueOnPostgres
from storage.postgres.record.connection import DistrictConnection, domain_errors
from storage.postgres.record.unit import UnitOnPostgres
from storage.postgres.record.verification import verify
from storage.postgres.record.work import Days
from storage.postgres.sealing import Sealing
from storage.postgres.tables.declaring import APP_ROLE

VERIFY_SECONDS_MAX: Final = 3_600
"""Proving the books reads all of them."""


@dataclass(frozen=True, slots=True)
class RecordConnections:
    """How the record plane is reached: a `postgresql://` URL, and bounds on everything that can keep a caller waiting.

    connections_per_district keeps one district's hung node from eating the pool. unit_timeout_seconds bounds a whole
    unit, and is the only bound that holds against a server that is stopped but not dead.
    """

    url: str
    connections_max: int = 10
    connections_per_district: int = 5
    connect_timeout_seconds: float = 0.5
    statement_timeout_seconds: float = 1.5
    unit_timeout_seconds: float = 10.0


class RecordOnPostgres:
    """`core.ports.record.Record`. Made inside `open_record_plane`, or closed by its maker."""

    def __init__(self, connections: RecordConnections, sealer: Sealer, keyed_hash: KeyedHash, clock: Clock) -> None:
        self._connections = connections
        self._sealing = Sealing(sealer, keyed_hash)
        self._clock = clock
        self.engine = _engine(connections)
        self._catalogue = CatalogueOnPostgres(self.engine)
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(connections.connections_per_district)
        )

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, connections: RecordConnections, sealer: Sealer, keyed_hash: KeyedHash, clock: Clock
    ) -> AsyncIterator[Self]:
        """The plane, whose connections are closed at the end."""
        plane = cls(connections, sealer, keyed_hash, clock)
        try:
            yield plane
        finally:
            await plane.close()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises `DistrictDown`."""
        async with self.connected() as connection:
            with domain_errors():
                await connection.execute(text("select 1"))

    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Unit]:
        """A transaction in a district. Raises `DistrictDown` when no connection is to be had in time."""
        async with self._in_district(district) as connection:
            yield UnitOnPostgres(connection, self._sealing, self._clock)

    async def catalogue(self) -> Catalogue:
        return await self._catalogue.current()

    async def add_district(self, district: District) -> None:
        await self._catalogue.add_district(district)

    async def add_mfi(self, mfi: Mfi) -> None:
        await self._catalogue.add_mfi(mfi)

    async def change_mfi(self, mfi: Mfi) -> None:
        await self._catalogue.change_mfi(mfi)

    async def add_product(self, product: ProductVersion) -> None:
        await self._catalogue.add_product(product)

    async def open_district(self, district: str, business_on: date) -> None:
        (await self.catalogue()).district(district)  # else a foreign key would answer, less clearly
        async with self._in_district(district) as connection:
            await Days(connection).open_first(business_on)
            await connection.commit()

    async def verify_ledger(self, district: str) -> Sequence[LedgerFinding]:
        async with self._in_district(district, unit_timeout_seconds=VERIFY_SECONDS_MAX) as connection:
            await connection.allow_long_statements(VERIFY_SECONDS_MAX)
            return await verify(connection)

    @asynccontextmanager
    async def _in_district(
        self, district: str, unit_timeout_seconds: float | None = None
    ) -> AsyncIterator[DistrictConnection]:
        async with self._slot(district), self.connected(unit_timeout_seconds) as connection:
            yield DistrictConnection(connection, district)

    @asynccontextmanager
    async def _slot(self, district: str) -> AsyncIterator[None]:
        slot = self._slots[district]
        try:
            async with asyncio.timeout(self._connections.statement_timeout_seconds):
                await slot.acquire()
        except TimeoutError as error:
            raise DistrictDown(f"{district} has no free connection") from error
        try:
            yield
        finally:
            slot.release()

    @asynccontextmanager
    async def connected(self, timeout_seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A connection that belongs to no district, for reads across them. Raises `DistrictDown`."""
        connection = self.engine.connect()
        with domain_errors():
            await connection.start()
        try:
            with dropped_after(await _driver(connection), timeout_seconds or self._connections.unit_timeout_seconds):
                yield connection
        finally:
            with domain_errors():
                await connection.close()


def _engine(connections: RecordConnections) -> AsyncEngine:
    async def connect() -> Any:
        return await asyncpg.connect(
            connections.url,
            timeout=connections.connect_timeout_seconds,
            server_settings={
                "application_name": "letsema",
                "role": APP_ROLE,
                "statement_timeout": str(round(connections.statement_timeout_seconds * 1000)),
                "idle_in_transaction_session_timeout": str(round(connections.unit_timeout_seconds * 1000)),
            },
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=connections.connections_max,
        max_overflow=0,
        pool_timeout=connections.connect_timeout_seconds,
        # The newest connection first: after a quiet hour the old ones are let go by the server or the network.
        pool_use_lifo=True,
    )


async def _driver(connection: AsyncConnection) -> asyncpg.Connection[Any]:
    raw = await connection.get_raw_connection()
    driver: asyncpg.Connection[Any] | None = raw.driver_connection
    if driver is None:
        raise RuntimeError("the pool gave a connection without a driver")
    return driver


__all__: Sequence[str] = ("RecordConnections", "RecordOnPostgres")
