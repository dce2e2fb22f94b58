"""A server that is a way to a plane, and the watch over all of them: which of them answer.

What a plane keeps on which of them is not known here. A node that does not answer costs its callers one connect
time-out; then it is out: asked every second over a connection of its own, and nobody else waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, TypeAlias, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

import asyncpg
import structlog
from asyncpg.connect_utils import SessionAttribute

from storage.postgres.deadline import dropped_after
from storage.postgres.faults import Fault, fault_of, sqlstate
from storage.postgres.tables.declaring import APP_ROLE

LOOK_SECONDS_MAX: Final = 1.0
"""How long a node may take to say who it is, from no connection to its answer."""
ASK_AGAIN_SECONDS: Final = 1.0
"""How often a node that is out is asked, and so how soon it serves again after its return."""

Driver: TypeAlias = "asyncpg.Connection[Any]"
log = structlog.get_logger(__name__)


class Node:
    """A server as the product's role enters it, and what was last heard of it.

    is_out: it does not answer. has_tables: it has said that the plane's tables are reached over it.
    """

    def __init__(self, url: str, session_settings: Mapping[str, str]) -> None:
        self._url = url
        self._session_settings = {"application_name": "letsema", "role": APP_ROLE, **session_settings}
        self._drivers: WeakSet[Driver] = WeakSet()
        parts = urlsplit(url)
        self.address = (parts.hostname or "", parts.port or 5432)
        self.is_out = False
        self.has_tables = False

    def __repr__(self) -> str:
        return "{}:{}".format(*self.address)

    async def open(self, seconds_max: float) -> Driver:
        """A connection for a pool. Raises what the driver or the network raises, as it is."""
        driver = await self._connect(seconds_max)
        self._drivers.add(driver)
        return driver

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Driver]:
        """A connection of its own, for a second: the pool's may be stuck. Raises as `open`."""
        driver = await self._connect(LOOK_SECONDS_MAX)
        try:
            with dropped_after(driver, LOOK_SECONDS_MAX):
                yield driver
        finally:
            driver.terminate()

    def drop_connections(self) -> None:
        """Let go of every connection at once; whoever waits on one gets a connection error."""
        for driver in list(self._drivers):
            driver.terminate()

    async def _connect(self, seconds_max: float) -> Driver:
        # A standby answers, and is no way to anything that is written; of a primary this asks nothing.
        return await asyncpg.connect(
            self._url,
            timeout=seconds_max,
            server_settings=self._session_settings,
            target_session_attrs=SessionAttribute.read_write,
        )


AnyNode = TypeVar("AnyNode", bound=Node)


class Watch(Generic[AnyNode]):
    """Which nodes of a plane answer.

    ask: asks a node who it is and writes that down; raises what the driver raises.
    """

    def __init__(self, plane: str, nodes: Sequence[AnyNode], ask: Callable[[AnyNode, Driver], Awaitable[None]]) -> None:
        self._plane = plane
        self._nodes = tuple(nodes)
        self._ask = ask
        self.suspects: set[AnyNode] = set()
        """Nodes that are being looked at, or do not answer."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def has_several(self) -> bool:
        return len(self._nodes) > 1

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def suspect(self, node: AnyNode) -> None:
        """Look whether a node answers at all; if not, let go of its connections and ask until it does."""
        if node not in self.suspects:
            self.suspects.add(node)
            self.begin(self._watch(node))

    async def examine_all(self) -> None:
        """Ask every node at once who it is; those that do not answer are out from here on."""
        await asyncio.gather(*(self._examine(node) for node in self._nodes))

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Do something in passing, until it is done or the plane is closed."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_no_way(self, error: Exception) -> bool:
        """Whether a node that failed so while it was entered is to be gone round: it is down, or does not let us in.

        Where there is no other, the second stays the error that it is, for whoever mends it.
        """
        return fault_of(error) is Fault.DOWN or (self.has_several and isinstance(error, asyncpg.PostgresError))

    async def _watch(self, node: AnyNode) -> None:
        try:
            if await self._examine(node):
                return
            node.drop_connections()
            if self.has_several:
                log.warning(self._event("out"), node=repr(node))
                while not await self._examine(node):
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
                log.warning(self._event("back"), node=repr(node))
        finally:
            self.suspects.discard(node)

    def _event(self, what: str) -> str:
        return f"{self._plane}_node_{what}"

    async def _examine(self, node: AnyNode) -> bool:
        """Whether a node answers. One that does is in, and says who it is; one that does not is out.

        One that says it takes no more connections answers: those that it has go on. Who it is it told before.
        """
        try:
            async with node.fresh() as connection:
                await self._ask(node, connection)
        except Exception as error:
            if not self.is_no_way(error):
                raise
            if self._is_full(node, error):
                node.is_out = False
                return True
            node.is_out = self.has_several
            self.suspect(node)
            return False
        node.is_out = False
        return True

    def _is_full(self, node: AnyNode, error: Exception) -> bool:
        """Whether a node that we know lives and has no room (53xxx). A starting one (57P03) has lost all sessions."""
        return (node.has_tables or not self.has_several) and sqlstate(error).startswith("53")


def milliseconds(seconds: float) -> str:
    """As a server's settings take it."""
    return str(round(seconds * 1000))
