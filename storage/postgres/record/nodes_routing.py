"""The ways to a district: its own node first, the others after it, and its own again as soon as that one answers.

A node that does not answer costs its callers one connect time-out; then it is out: asked every second over a connection
of its own, and nobody else waits for it. A district whose node is out is tried over another node by one caller every
five seconds: a node that is frozen would else hold, one by one, every connection that leads to it. Districts of one
node share its fate.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from sqlalchemy import text

from core.ports.record import DistrictDown
from storage.postgres.deadline import dropped_after
from storage.postgres.faults import Fault, Lost, fault_of, lost
from storage.postgres.nodes import ASK_AGAIN_SECONDS, Driver, Watch
from storage.postgres.record.connection import LOCK_SHARE, NodeConnection
from storage.postgres.record.nodes import Node, RecordConnections
from storage.postgres.record.nodes_metadata import Sight, look

TRY_AWAY_SECONDS: Final = 5.0
"""How long a district that did not answer over another node either is left alone."""
METADATA_SECONDS: Final = 30.0
"""How long what lives where is believed. A district that moved is still served by its old node, over the new one."""


class Nodes:
    """All nodes of the record plane; a plain PostgreSQL is one that has no others."""

    def __init__(self, connections: RecordConnections) -> None:
        self._connections = connections
        self.all = tuple(Node(url, connections) for url in (connections.url, *connections.other_urls))
        self._homes: Mapping[str, int] = {}
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()
        self._shut_until: dict[int | str, float] = {}
        self.watch = Watch("record", self.all, self._ask)

    async def close(self) -> None:
        """Stop watching, and close every connection."""
        await self.watch.close()
        for node in self.all:
            await node.close()

    @asynccontextmanager
    async def connected(self, district: str | None, seconds_max: float | None = None) -> AsyncIterator[NodeConnection]:
        """A connection for a district, or for statements that name several. Raises `DistrictDown`.

        seconds_max: bounds all that is done with it, and is dropped without a word after it.
        """
        await self._know()
        home = self._home(district)
        async with self._way(home, district) as (node, connection):
            try:
                with dropped_after(connection.driver, seconds_max or self._connections.unit_timeout_seconds):
                    if district is not None and node is not home:
                        await self._bound_far_statements(connection)
                    yield connection
            finally:
                await connection.close()

    def unreachable(self, districts: Sequence[str]) -> list[str]:
        """Those that are known not to answer at the moment. Asks nobody."""
        return [district for district in districts if self._is_unreachable(district)]

    def by_node(self, districts: Sequence[str]) -> list[list[str]]:
        """The districts, those of one node together."""
        groups: dict[Node | None, list[str]] = {}
        for district in districts:
            groups.setdefault(self._home(district), []).append(district)
        return list(groups.values())

    async def look_again(self) -> None:
        """Ask every node at once who it is; those that do not answer are out from here on."""
        if self.watch.has_several:
            await self.watch.examine_all()

    # --- the way to a district ---

    @asynccontextmanager
    async def _way(self, home: Node | None, district: str | None) -> AsyncIterator[tuple[Node, NodeConnection]]:
        """The first node that lets us in."""
        if home is not None and (connection := await self._enter(home, district)):
            yield home, connection
            return
        with self._trial(district):
            give_up_at = _now() + 2 * self._connections.connect_timeout_seconds
            for node in self._others(home):
                if _now() > give_up_at:
                    break
                async with self._visiting(node):
                    if connection := await self._enter(node, district):
                        yield node, connection
                        return
            raise self._none_leads_to(district)

    @asynccontextmanager
    async def _visiting(self, node: Node) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._connections.connect_timeout_seconds):
                await node.visitors.acquire()
        except TimeoutError as error:
            raise DistrictDown(f"{node!r} has no place left for others") from error
        try:
            yield
        finally:
            node.visitors.release()

    async def _enter(self, node: Node, district: str | None) -> NodeConnection | None:
        """A connection, None when the node does not answer. Raises `DistrictDown` when its pool has none left."""
        if not self._is_in(node):
            return None

        def told(error: BaseException) -> None:
            self._heard(node, district, error)

        try:
            return await node.connect(told)
        except Exception as error:
            if fault_of(error) is not Fault.DOWN:
                raise
            if lost(error) is None:
                raise DistrictDown from error
            node.is_out = self._is_cluster
            self._heard(node, district, error)
            return None

    @contextmanager
    def _trial(self, district: str | None) -> Iterator[None]:
        """Let one caller in five seconds find out whether a district is reached over a node that is not its own."""
        key = self._fate(district)
        if key not in self._shut_until:
            yield
            return
        if self._is_shut(district):
            raise DistrictDown(f"the node of {district} does not answer")
        ours = self._shut_until[key] = _now() + TRY_AWAY_SECONDS
        try:
            yield
        finally:
            # Whoever heard of a failure meanwhile has put another instant there.
            if self._shut_until.get(key) == ours:
                del self._shut_until[key]

    def _fate(self, district: str | None) -> int | str:
        """What a district shares with those of its node."""
        return self._homes.get(district, district) if district else ""

    def _is_shut(self, district: str | None) -> bool:
        return _now() < self._shut_until.get(self._fate(district), 0.0)

    def _shut(self, district: str | None) -> None:
        if district is not None and self._is_cluster:
            self._shut_until[self._fate(district)] = _now() + TRY_AWAY_SECONDS

    def _none_leads_to(self, district: str | None) -> DistrictDown:
        self._shut(district)
        return DistrictDown(f"no node leads to {district or 'the districts'}")

    async def _bound_far_statements(self, connection: NodeConnection) -> None:
        """What a session is set to holds on the node that we speak to; a transaction's own settings go along."""
        seconds = self._connections.statement_timeout_seconds
        for setting in (
            "citus.propagate_set_commands to 'local'",
            f"lock_timeout to '{round(seconds * LOCK_SHARE * 1000)}ms'",
            f"statement_timeout to '{round(seconds * 1000)}ms'",
        ):
            await connection.execute(text(f"set local {setting}"))

    def _home(self, district: str | None) -> Node | None:
        """A district's own node; None when it is not known, or for no district in particular.

        Until the tables are distributed, and where there is no cluster, all is on the first node.
        """
        if not self._homes:
            return self.all[0]
        group = self._homes.get(district) if district else None
        return next((node for node in self.all if group is not None and node.group == group), None)

    def _others(self, home: Node | None) -> list[Node]:
        return [node for node in self.all if node is not home and self._is_in(node)] if self._homes else []

    def _is_in(self, node: Node) -> bool:
        """Whether a node answers and, on a cluster, has been told of its tables."""
        return not node.is_out and (node.has_tables or not self._is_cluster)

    def _is_unreachable(self, district: str) -> bool:
        home = self._home(district)
        return (home is None or not self._is_in(home)) and self._is_shut(district)

    @property
    def _is_cluster(self) -> bool:
        return bool(self._homes) and self.watch.has_several

    # --- what is heard of nodes ---

    def _heard(self, node: Node, district: str | None, error: BaseException) -> None:
        whose = lost(error)
        home = self._home(district)
        is_away = whose is not None and district is not None and node is not home
        if is_away:
            self._shut(district)
        if whose is Lost.OURS:
            self.watch.suspect(node)
        elif is_away and home is not None:
            self.watch.suspect(home)
        if whose is Lost.REMOTE:
            self._look_soon()

    # --- what lives where ---

    async def _know(self) -> None:
        """Know which district lives where: wait for it the first time, then look again now and then, in passing."""
        if not self.watch.has_several:
            return
        if self._looked_at is None:
            async with self._looking:
                if self._looked_at is None:
                    await self.look_again()
                    self._looked_at = _now()
        elif _now() > self._looked_at + METADATA_SECONDS:
            self._looked_at = _now()
            self.watch.begin(self.look_again())

    def _look_soon(self) -> None:
        """What we know may be old. In a second at the earliest: many callers may meet the same failure at once."""
        if self._looked_at is not None:
            self._looked_at = min(self._looked_at, _now() - METADATA_SECONDS + ASK_AGAIN_SECONDS)

    async def _ask(self, node: Node, connection: Driver) -> None:
        self._learn(node, await look(connection))

    def _learn(self, node: Node, sight: Sight) -> None:
        node.group, node.has_tables = sight.group, bool(sight.homes)
        if not sight.homes:
            return
        self._homes = sight.homes
        for other in self.all:
            if other.group is None:
                other.group = sight.addresses.get(other.address)


def _now() -> float:
    return asyncio.get_running_loop().time()
