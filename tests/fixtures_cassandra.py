"""A real Cassandra for tests, empty for each of them: `cassandra_plane`. One node and one session for the whole run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from cassandra import OperationTimedOut
from cassandra.cluster import NoHostAvailable

from core.ports.environment import Sealer
from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.connecting import connected
from storage.cassandra.migrating import upgrade
from storage.cassandra.plane import STATEMENTS, ChannelOnCassandra
from storage.cassandra.session import ChannelSession
from tests.fixtures_postgres import MovableClock
from tests.servers.cassandra.certificates import make_certificates
from tests.servers.cassandra.node import CURE, HOST, CassandraNode, can_run

DATACENTER = "datacenter1"
_PATIENCE = 30.0
"""Time-outs that a busy machine does not meet: what short ones do has tests of its own."""


@dataclass(frozen=True)
class CassandraServer:
    """Where a cluster is; `node` is its process where the tests started it themselves."""

    host: str
    port: int
    node: CassandraNode | None = None

    def address(self, **changes: object) -> CassandraAddress:
        """A keyspace there, one copy of each row, and patience."""
        given = CassandraAddress(
            contact_points=((self.host, self.port),),
            datacenter=DATACENTER,
            keyspace="letsema_tests",
            replication={DATACENTER: 1},
            connect_timeout_seconds=_PATIENCE,
            statement_timeout_seconds=_PATIENCE,
        )
        return replace(given, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def cassandra_server(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str, str], None]
) -> Iterator[CassandraServer]:
    """The node that LETSEMA_TEST_CASSANDRA names, or one of this run's own."""
    if named := os.environ.get("LETSEMA_TEST_CASSANDRA"):
        host, _, port = named.rpartition(":")
        yield CassandraServer(host, int(port))
        return
    if not can_run():
        missing("cassandra", CURE)
    directory = tmp_path_factory.mktemp("cassandra")
    node = CassandraNode(directory, certificates=make_certificates(directory / "certificates", HOST))
    try:
        node.start()
        yield CassandraServer(HOST, node.port, node)
    finally:
        node.stop()


@pytest.fixture(scope="session")
def cassandra_address(cassandra_server: CassandraServer) -> Iterator[CassandraAddress]:
    """An upgraded keyspace of this run's own."""
    address = cassandra_server.address(keyspace=f"letsema_{uuid4().hex[:12]}")
    asyncio.run(upgrade(address))
    yield address
    if cassandra_server.node is None:
        asyncio.run(_drop(address))


@pytest.fixture(scope="session")
def cassandra_session(cassandra_address: CassandraAddress) -> Iterator[ChannelSession]:
    """Statements are prepared once a run: the driver's threads serve whichever loop a test has."""
    loop = asyncio.new_event_loop()
    opened = ChannelSession.opened(cassandra_address, STATEMENTS)
    session = loop.run_until_complete(opened.__aenter__())
    session._session.set_keyspace(cassandra_address.keyspace)  # for what a test asks as a person would
    yield session
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
async def cassandra_plane(cassandra_session: ChannelSession, sealer: Sealer, clock: MovableClock) -> ChannelOnCassandra:
    """An empty channel plane on Cassandra."""
    await asyncio.to_thread(_empty, cassandra_session)
    cassandra_session.calls.clear()
    return ChannelOnCassandra(cassandra_session, sealer, clock)


def _empty(session: ChannelSession) -> None:
    """Emptying a table costs more than looking whether it needs to be. A node that was stopped may be coming back."""
    driver = session._session
    give_up_at = time.monotonic() + _PATIENCE
    while True:
        try:
            driver.execute("select key from system.local")
            break
        except (NoHostAvailable, OperationTimedOut):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)
    for table in driver.cluster.metadata.keyspaces[driver.keyspace].tables:
        if table != "schema_versions" and driver.execute(f"select * from {table} limit 1").one():  # noqa: S608
            driver.execute(f"truncate {table}", timeout=_PATIENCE)


async def _drop(address: CassandraAddress) -> None:
    async with connected(address) as session:
        await asyncio.to_thread(session.execute, f"drop keyspace {address.keyspace}", timeout=_PATIENCE)
