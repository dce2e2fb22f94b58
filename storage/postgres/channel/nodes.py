"""The ways to the channel plane: the first node of the list that answers, and again the first as soon as it does.

On a cluster every node is a way to all tables. Elsewhere the others are standbys, and one is a way once it was
promoted: of two that take writes it is the one that was promoted last, for the other has not heard of what was written
since.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from core.ports.channel import ChannelPlaneDown
from storage.postgres.deadline import dropped_after
from storage.postgres.faults import Lost, lost
from storage.postgres.nodes import ASK_AGAIN_SECONDS, Driver, Node, Watch, milliseconds

TRIES_MAX: Final = 2
"""How many nodes one call may try to enter: each may take a connect time-out, and a hop has three seconds."""
SUSPECT_SECONDS: Final = 0.5
"""How long a call runs before its node is looked at beside it. One that is frozen is then out within the call's time,
so that whoever met it dials again and is served."""

# A cluster's nodes have each a history of their own, so that their timelines tell nothing about each other.
_WHO_IS_IT: Final = """
    select to_regclass('channel.turns') is not null as has_tables,
        case when to_regclass('pg_catalog.pg_dist_node') is not null then '0'
            else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as timeline
"""


@dataclass(frozen=True, slots=True)
class ChannelConnections:
    """How the channel plane is reached: `postgresql://` URLs, and bounds on everything that can keep a caller waiting.

    url is the database, other_urls are the same on other nodes of its cluster, or on its standbys. connections_max is
    of each node. call_timeout_seconds bounds one call from the loan of a connection to its return, and is the only
    bound that holds against a server that is stopped but not dead.
    """

    url: str
    other_urls: tuple[str, ...] = ()
    connections_max: int = 10
    connect_timeout_seconds: float = 0.5
    statement_timeout_seconds: float = 1.5
    call_timeout_seconds: float = 2.0


class ChannelNode(Node):
    """A node and its pool.

    timeline: how often its database was promoted, as the server counts; 0 on a cluster.
    """

    def __init__(self, url: str, connections: ChannelConnections) -> None:
        super().__init__(
            url,
            {
                "statement_timeout": milliseconds(connections.statement_timeout_seconds),
                "idle_in_transaction_session_timeout": milliseconds(connections.call_timeout_seconds),
            },
        )
        self.timeline = 0
        self._seconds_max = connections.connect_timeout_seconds
        self._connections_max = connections.connections_max
        self.pool: asyncpg.Pool[asyncpg.Record] = asyncpg.create_pool(
            # Made when they are needed: a standby's pool would else ask it for connections in vain.
            min_size=0,
            max_size=connections.connections_max,
            connect=self._connect_for_pool,
            # Nothing here changes a session, so a returned connection needs no round trip to be made clean again.
            reset=_leave_as_it_is,
        )

    @property
    def is_full(self) -> bool:
        """Whether every connection is made, and so in use where there was none to be had."""
        return self.pool.get_size() == self._connections_max

    async def enter(self) -> asyncpg.pool.PoolConnectionProxy[asyncpg.Record]:
        """A connection of the pool. Raises what the driver or the network raises, as it is."""
        return await self.pool.acquire(timeout=self._seconds_max)

    async def _connect_for_pool(self, *_arguments: Any, **_options: Any) -> Driver:
        return await self.open(self._seconds_max)


class ChannelNodes:
    """All nodes of the channel plane, mostly one."""

    def __init__(self, connections: ChannelConnections) -> None:
        self.all = tuple(ChannelNode(url, connections) for url in (connections.url, *connections.other_urls))
        self._call_seconds_max = connections.call_timeout_seconds
        self._watch = Watch("channel", self.all, tell_who_it_is)
        self._looked_at = 0.0

    async def open(self) -> None:
        """Learn who is who, and make the first connection. Raises what the driver raises, or `ChannelPlaneDown`."""
        for node in self.all:
            await node.pool
        if self._watch.has_several:
            await self._watch.examine_all()
        async with self.connected():
            pass

    async def close(self) -> None:
        """Close every connection, at once where it is in use."""
        await self._watch.close()
        for node in self.all:
            node.pool.terminate()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        """A connection over the first node that lets us in. Raises what the driver raises, or `ChannelPlaneDown`."""
        node, connection = await self._enter()
        try:
            with self._suspecting(node), dropped_after(connection, self._call_seconds_max):
                yield connection
        finally:
            await node.pool.release(connection)

    async def _enter(self) -> tuple[ChannelNode, asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        last: Exception | None = None
        for node in self._ways()[:TRIES_MAX]:
            try:
                return node, await node.enter()
            except Exception as error:
                if not self._watch.is_no_way(error) or node.is_full:
                    raise
                last = error
                if self._watch.has_several:
                    self._watch.suspect(node)
                    node.is_out = True
        self._look_soon()
        raise ChannelPlaneDown("no node leads to the channel plane") from last

    @contextmanager
    def _suspecting(self, node: ChannelNode) -> Iterator[None]:
        """Look at a node that keeps its caller waiting, or loses the connection. One that has no others is not: whether
        it is busy or frozen, there is no other way.
        """
        if not self._watch.has_several:
            yield
            return
        alarm = asyncio.get_running_loop().call_later(SUSPECT_SECONDS, self._watch.suspect, node)
        try:
            yield
        except Exception as error:
            self._heard(node, error)
            raise
        finally:
            alarm.cancel()

    def _heard(self, node: ChannelNode, error: Exception) -> None:
        if lost(error) is Lost.OURS:
            self._watch.suspect(node)
            # Its other connections may be as lost as this one and not know it yet: they are gone round until it has
            # answered, where there is another way.
            node.is_out = any(other is not node for other in self._ways())

    def _ways(self) -> Sequence[ChannelNode]:
        """The nodes that lead to the plane, in the order of the list."""
        if not self._watch.has_several:
            return self.all
        nodes = [node for node in self.all if node.has_tables]
        newest = max((node.timeline for node in nodes), default=0)
        return [node for node in nodes if not node.is_out and node.timeline == newest]

    def _look_soon(self) -> None:
        """What we know may be old: who has become what is asked again, at most once a second."""
        now = asyncio.get_running_loop().time()
        if self._watch.has_several and now > self._looked_at + ASK_AGAIN_SECONDS:
            self._looked_at = now
            self._watch.begin(self._watch.examine_all())


async def tell_who_it_is(node: ChannelNode, connection: Driver) -> None:
    """Ask a node what it is to the plane, and write it down. Raises what the driver raises."""
    (row,) = await connection.fetch(_WHO_IS_IT)
    node.has_tables, node.timeline = row["has_tables"], int(row["timeline"], 16)


async def _leave_as_it_is(_connection: object) -> None:
    """See where it is used."""
