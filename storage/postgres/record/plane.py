"""The record plane on PostgreSQL: connections, units, the catalogue, and the proof of the books."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Final, Self

from sqlalchemy import text

from core.ports.books import LedgerFinding
from core.ports.environment import Clock, KeyedHash, Sealer
from core.ports.record import DistrictDown, Unit
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion
from storage.postgres.record.catalogue import CatalogueOnPostgres
from storage.postgres.record.connection import DistrictConnection, NodeConnection
from storage.postgres.record.nodes import RecordConnections
from storage.postgres.record.nodes_routing import Nodes
from storage.postgres.record.unit import UnitOnPostgres
from storage.postgres.record.verification import verify
from storage.postgres.record.work import Days
from storage.postgres.sealing import Sealing

VERIFY_SECONDS_MAX: Final = 3_600
"""Proving the books reads all of them."""


class RecordOnPostgres:
    """`core.ports.record.Record`. Made inside `open_record_plane`, or closed by its maker."""

    def __init__(self, connections: RecordConnections, sealer: Sealer, keyed_hash: KeyedHash, clock: Clock) -> None:
        self._connections = connections
        self._sealing = Sealing(sealer, keyed_hash)
        self._clock = clock
        self.nodes = Nodes(connections)
        self._catalogue = CatalogueOnPostgres(self.connected)
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
        await self.nodes.close()

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises `DistrictDown`."""
        async with self.connected() as connection:
            await connection.execute(text("select 1"))

    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Unit]:
        """A transaction in a district. Raises `DistrictDown` when no connection is to be had in time."""
        async with self.in_district(district) as connection:
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
        async with self.in_district(district) as connection:
            await Days(connection).open_first(business_on)
            await connection.commit()

    async def verify_ledger(self, district: str) -> Sequence[LedgerFinding]:
        async with self.in_district(district, unit_timeout_seconds=VERIFY_SECONDS_MAX) as connection:
            await connection.allow_long_statements(VERIFY_SECONDS_MAX)
            return await verify(connection)

    @asynccontextmanager
    async def in_district(
        self, district: str, unit_timeout_seconds: float | None = None
    ) -> AsyncIterator[DistrictConnection]:
        """A connection in a district. Raises `DistrictDown` when none is to be had in time."""
        async with self._slot(district), self.nodes.connected(district, unit_timeout_seconds) as connection:
            yield DistrictConnection(connection, district)

    @asynccontextmanager
    async def _slot(self, district: str) -> AsyncIterator[None]:
        slot = self._slots[district]
        try:
            # Twice, so that a statement's time still fits into a hop after it.
            async with asyncio.timeout(2 * self._connections.connect_timeout_seconds):
                await slot.acquire()
        except TimeoutError as error:
            raise DistrictDown(f"{district} has no free connection") from error
        try:
            yield
        finally:
            slot.release()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[NodeConnection]:
        """A connection that belongs to no district, for reads across them. Raises `DistrictDown`."""
        async with self.nodes.connected(None) as connection:
            yield connection


__all__: Sequence[str] = ("RecordConnections", "RecordOnPostgres")
