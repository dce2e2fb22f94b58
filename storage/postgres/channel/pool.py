"""Statements on the channel plane. Whatever leaves the outcome unknown becomes `ChannelPlaneDown`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from core.ports.channel import ChannelPlaneDown
from storage.postgres.channel.nodes import ChannelConnections, ChannelNodes
from storage.postgres.faults import Fault, fault_of


class ChannelPool:
    """Runs statements, each its own transaction unless `transaction` is asked for."""

    def __init__(self, connections: ChannelConnections) -> None:
        self._nodes = ChannelNodes(connections)

    async def open(self) -> None:
        """Make the first connection. Raises `ChannelPlaneDown`."""
        try:
            await self._nodes.open()
        except Exception as error:
            _raise_if_down(error)
            raise

    async def close(self) -> None:
        """Close every connection, at once where it is in use."""
        await self._nodes.close()

    async def row(self, query: str, *values: object) -> asyncpg.Record | None:
        """The first row, or None."""
        async with self._connected() as connection:
            return await connection.fetchrow(query, *values)

    async def rows(self, query: str, *values: object) -> Sequence[asyncpg.Record]:
        """All rows."""
        async with self._connected() as connection:
            return await connection.fetch(query, *values)

    async def write(self, query: str, *values: object) -> int:
        """Run an insert, update or delete; how many rows it touched."""
        async with self._connected() as connection:
            status = await connection.execute(query, *values)
        return int(status.rpartition(" ")[2])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        """Several statements that stay or go together."""
        async with self._connected() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        try:
            async with self._nodes.connected() as connection:
                yield connection
        except Exception as error:
            _raise_if_down(error)
            raise


def _raise_if_down(error: Exception) -> None:
    """A clash (a deadlock, say) is as unknown to the caller as a lost connection: it reads again, either way."""
    if not isinstance(error, ChannelPlaneDown) and fault_of(error) is not Fault.BUG:
        raise ChannelPlaneDown from error


__all__: Sequence[str] = ("ChannelConnections", "ChannelPool")
