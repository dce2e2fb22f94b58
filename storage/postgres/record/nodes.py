"""One node of the record plane: its pool of connections. What lives where is not known here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.postgres import nodes
from storage.postgres.nodes import Driver, milliseconds
from storage.postgres.record.connection import LOCK_SHARE, NodeConnection, Told


@dataclass(frozen=True, slots=True)
class RecordConnections:
    """How the record plane is reached: `postgresql://` URLs, and bounds on everything that can keep a caller waiting.

    url is the database, or the coordinator of a cluster, whose other nodes are other_urls. connections_max is of each
    node. connections_per_district keeps one district's hung node from eating the pool. unit_timeout_seconds bounds a
    whole unit.
    """

    url: str
    other_urls: tuple[str, ...] = ()
    connections_max: int = 10
    connections_per_district: int = 5
    connect_timeout_seconds: float = 0.5
    statement_timeout_seconds: float = 1.5
    unit_timeout_seconds: float = 10.0


class Node(nodes.Node):
    """A node and its pool.

    group: as the cluster's own tables number it; None until they were read. has_tables: it was told of the cluster's
    tables, so that it is a way to every district.
    """

    def __init__(self, url: str, connections: RecordConnections) -> None:
        statement_seconds = connections.statement_timeout_seconds
        super().__init__(
            url,
            {
                "statement_timeout": milliseconds(statement_seconds),
                "lock_timeout": milliseconds(statement_seconds * LOCK_SHARE),
                "idle_in_transaction_session_timeout": milliseconds(connections.unit_timeout_seconds),
            },
        )
        self._connections = connections
        self.engine = self._engine()
        self.group: int | None = None
        self.visitors = asyncio.Semaphore(max(1, connections.connections_max // 2))
        """Places for districts that live elsewhere: their node's trouble may not take all that is here."""

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def connect(self, told: Told) -> NodeConnection:
        """A connection of the pool. Raises what the driver, the pool or the network raised, as it is."""
        connection = self.engine.connect()
        await connection.start()
        driver = (await connection.get_raw_connection()).driver_connection
        if driver is None:
            raise RuntimeError("the pool gave a connection without a driver")
        return NodeConnection(connection, driver, self._connections.statement_timeout_seconds, told)

    def _engine(self) -> AsyncEngine:
        async def connect() -> Driver:
            return await self.open(self._connections.connect_timeout_seconds)

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=self._connections.connections_max,
            max_overflow=0,
            pool_timeout=self._connections.connect_timeout_seconds,
            # The newest connection first: after a quiet hour the old ones are let go by the server or the network.
            pool_use_lifo=True,
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """The driver hears when a server goes; the pool then makes another connection, and no caller is the one to find."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
