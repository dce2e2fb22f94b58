"""One node of the record plane: its connections, and whether it answers. What lives where is not known here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakSet

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.postgres.deadline import dropped_after
from storage.postgres.record.connection import LOCK_SHARE, Driver, NodeConnection, Told, domain_errors
from storage.postgres.tables.declaring import APP_ROLE

LOOK_SECONDS_MAX: Final = 1.0
"""How long a node may take to say who it is, from no connection to its answer."""


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


class Node:
    """A node and its pool, and what was last heard of it.

    is_out: it does not answer. group: as the cluster's own tables number it; None until they were read.
    knows_districts: it was told of the cluster's tables, so that it is a way to every district.
    """

    def __init__(self, url: str, connections: RecordConnections) -> None:
        self._url = url
        self._connections = connections
        self._drivers: WeakSet[Driver] = WeakSet()
        parts = urlsplit(url)
        self.address = (parts.hostname or "", parts.port or 5432)
        self.engine = self._engine()
        self.is_out = False
        self.knows_districts = False
        self.group: int | None = None
        self.visitors = asyncio.Semaphore(max(1, connections.connections_max // 2))
        """Places for districts that live elsewhere: their node's trouble may not take all that is here."""

    def __repr__(self) -> str:
        return "{}:{}".format(*self.address)

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

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Driver]:
        """A connection of its own, for a second: the pool's may be stuck. Raises `DistrictDown`."""
        with domain_errors():
            driver = await self._open(LOOK_SECONDS_MAX)
            try:
                with dropped_after(driver, LOOK_SECONDS_MAX):
                    yield driver
            finally:
                driver.terminate()

    def drop_connections(self) -> None:
        """Let go of every connection at once; whoever waits on one gets a connection error."""
        for driver in list(self._drivers):
            driver.terminate()

    async def _open(self, seconds_max: float) -> Driver:
        statement_seconds = self._connections.statement_timeout_seconds
        return await asyncpg.connect(
            self._url,
            timeout=seconds_max,
            server_settings={
                "application_name": "letsema",
                "role": APP_ROLE,
                "statement_timeout": _milliseconds(statement_seconds),
                "lock_timeout": _milliseconds(statement_seconds * LOCK_SHARE),
                "idle_in_transaction_session_timeout": _milliseconds(self._connections.unit_timeout_seconds),
            },
        )

    def _engine(self) -> AsyncEngine:
        async def connect() -> Driver:
            driver = await self._open(self._connections.connect_timeout_seconds)
            self._drivers.add(driver)
            return driver

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


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
