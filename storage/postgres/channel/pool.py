"""Connections to the channel plane. Whatever leaves the outcome unknown becomes `ChannelPlaneDown`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from core.ports.channel import ChannelPlaneDown
from storage.postgres.deadline import dropped_after
from storage.postgres.faults import Fault, fault_of
from storage.postgres.tables.declaring import APP_ROLE


@dataclass(frozen=True, slots=True)
class ChannelConnections:
    """How the channel plane is reached: a `postgresql://` URL, and bounds on everything that can keep a caller waiting.

    call_timeout_seconds bounds one call from the loan of a connection to its return, and is the only bound that holds
    against a server that is stopped but not dead.
    """

    url: str
    connections_max: int = 10
    connections_min: int = 1
    connect_timeout_seconds: float = 0.5
    statement_timeout_seconds: float = 1.5
    call_timeout_seconds: float = 2.0


class ChannelPool:
    """Runs statements, each its own transaction unless `transaction` is asked for."""

    def __init__(self, connections: ChannelConnections) -> None:
        self._connections = connections
        self._pool: asyncpg.Pool[asyncpg.Record] = asyncpg.create_pool(
            connections.url,
            min_size=connections.connections_min,
            max_size=connections.connections_max,
            timeout=connections.connect_timeout_seconds,
            # Nothing here changes a session, so a returned connection needs no round trip to be made clean again.
            reset=_leave_as_it_is,
            server_settings={
                "application_name": "letsema",
                "role": APP_ROLE,
                "statement_timeout": str(round(connections.statement_timeout_seconds * 1000)),
                "idle_in_transaction_session_timeout": str(round(connections.call_timeout_seconds * 1000)),
            },
        )

    async def open(self) -> None:
        """Make the first connections. Raises `ChannelPlaneDown`."""
        try:
            await self._pool
        except Exception as error:
            _raise_if_down(error)
            raise

    async def close(self) -> None:
        """Close every connection, at once where it is in use."""
        self._pool.terminate()

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
            connection = await self._pool.acquire(timeout=self._connections.connect_timeout_seconds)
            try:
                with dropped_after(connection, self._connections.call_timeout_seconds):
                    yield connection
            finally:
                await self._pool.release(connection)
        except Exception as error:
            _raise_if_down(error)
            raise


async def _leave_as_it_is(_connection: object) -> None:
    """See where it is used."""


def _raise_if_down(error: Exception) -> None:
    """A clash (a deadlock, say) is as unknown to the caller as a lost connection: it reads again, either way."""
    if fault_of(error) is not Fault.BUG:
        raise ChannelPlaneDown from error


__all__: Sequence[str] = ("ChannelConnections", "ChannelPool")
