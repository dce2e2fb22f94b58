"""A coordinator and two workers for tests, and databases on all three."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import asyncpg

from tests.servers.citus.node import APP_PASSWORD, CitusNode, copy_files, make_files

_NAMES: Final = ("coordinator", "worker1", "worker2")
_DROPS_MAX: Final = 10
_numbers = itertools.count(1)


class CitusCluster:
    """Nodes, the coordinator first. Every database is on each of them, and each node's own to begin with."""

    def __init__(self, nodes: Sequence[CitusNode]) -> None:
        self.nodes = tuple(nodes)

    @property
    def coordinator(self) -> CitusNode:
        return self.nodes[0]

    @property
    def workers(self) -> tuple[CitusNode, ...]:
        return self.nodes[1:]

    def node_at(self, host: str, port: int) -> CitusNode:
        """The node that Citus's own tables name so."""
        return next(node for node in self.nodes if (node.host, node.port) == (host, port))

    async def create_database(self, *, name: str = "", joined: bool = True) -> str:
        """Make an empty database on every node, with Citus in it, and say its name.

        joined: whether the nodes know each other already, as after `letsema cluster init`.
        """
        name = name or f"citus_{os.getpid()}_{next(_numbers)}"
        await asyncio.gather(*(_create_database(node, name) for node in self.nodes))
        if joined:
            await self.join(name)
        return name

    async def join(self, name: str) -> None:
        """Make the nodes know each other in a database."""
        async with connected(self.coordinator.url(name)) as connection:
            host, port = self.coordinator.host, self.coordinator.port
            await connection.execute("select citus_set_coordinator_host($1, $2)", host, port)
            for worker in self.workers:
                await connection.execute("select citus_add_node($1, $2)", worker.host, worker.port)

    async def drop_database(self, name: str) -> None:
        """Remove a database from every node."""
        async with connected(self.coordinator.url(name)) as connection:
            # Else the transactions that it recovers for itself would hold it open.
            await connection.execute("set citus.enable_ddl_propagation to off; drop extension citus cascade")
        await asyncio.gather(*(_drop(node, name) for node in self.nodes))

    async def let_the_product_in(self, name: str) -> None:
        """Give the product's role its password on every node: migrations make it without one."""
        async with connected(self.coordinator.url(name)) as connection:
            await connection.execute(f"alter role letsema_app login password '{APP_PASSWORD}'")
        await asyncio.gather(*(_introduce(node, name, "letsema_app", APP_PASSWORD) for node in self.nodes))

    def make_whole(self) -> None:
        """Wake what a test froze, start what it killed."""
        for node in self.nodes:
            if not node.is_ours:
                continue
            node.thaw()
            if not node.is_up:
                node.start()


@contextmanager
def running_cluster(folder: Path) -> Iterator[CitusCluster]:
    """A cluster of our own, until left. Whatever ends this process, nothing of it is left running."""
    first, *others = (folder / name for name in _NAMES)
    guard = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("guard.py")), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    make_files(first)
    for other in others:
        copy_files(first, other)
    nodes = [CitusNode.in_directory(files) for files in (first, *others)]
    try:
        with ThreadPoolExecutor(len(nodes)) as pool:
            list(pool.map(CitusNode.start, nodes))
        yield CitusCluster(nodes)
    finally:
        for node in nodes:
            node.stop()
        for files in (first, *others):
            shutil.rmtree(files, ignore_errors=True)
        guard.communicate()


async def named_cluster(url: str) -> CitusCluster:
    """The cluster that somebody else runs. Its nodes let the owner in by the password of the coordinator's address."""
    parts = urlsplit(url)
    owner, password = unquote(parts.username or ""), unquote(parts.password or "")
    async with connected(url) as connection:
        workers = await connection.fetch(
            "select nodename, nodeport from pg_dist_node where noderole = 'primary' and groupid > 0 order by groupid"
        )
    addresses = [(parts.hostname or "", parts.port or 5432), *((row["nodename"], row["nodeport"]) for row in workers)]
    return CitusCluster([CitusNode(host, port, owner=owner, password=password) for host, port in addresses])


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection, until left."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(url, timeout=30)
    try:
        yield connection
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            await connection.close(timeout=5)


async def administer(node: CitusNode, statement: str) -> None:
    """Say one thing to a node about all its databases."""
    async with connected(node.url("postgres")) as connection:
        await connection.execute(statement)


async def _drop(node: CitusNode, name: str) -> None:
    """Remove a database from a node. What recovers its transactions may open it again meanwhile."""
    for _ in range(_DROPS_MAX):
        with contextlib.suppress(asyncpg.ObjectInUseError):
            await administer(node, f"drop database if exists {name} with (force)")
            return
    raise AssertionError(f"{name} is always in use")


async def _create_database(node: CitusNode, name: str) -> None:
    await administer(node, f"create database {name}")
    async with connected(node.url(name)) as connection:
        await connection.execute("create extension citus")
    await _introduce(node, name, node.owner, unquote(urlsplit(node.url(name)).password or ""))


async def _introduce(node: CitusNode, name: str, role: str, password: str) -> None:
    """Tell a node how it signs in to the others as a role. Node 0 stands for all of them."""
    async with connected(node.url(name)) as connection:
        await connection.execute(
            "insert into pg_dist_authinfo values (0, $1, $2) on conflict (rolename, nodeid) do nothing",
            role,
            f"password='{password}'",
        )
