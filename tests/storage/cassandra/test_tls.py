"""A node that speaks TLS: entered under the authority that the settings name, and under no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.ports.environment import Sealer
from storage.cassandra.addresses import CassandraAddress, Tls
from storage.cassandra.connecting import ClusterUnreachable, connected
from storage.cassandra.migrating import upgrade
from storage.cassandra.plane import ChannelOnCassandra
from tests.fixtures_cassandra import CassandraServer
from tests.fixtures_postgres import MovableClock
from tests.servers.cassandra.certificates import Certificates, make_certificates
from tests.servers.cassandra.node import CURE, HOST, CassandraNode, can_run

pytestmark = pytest.mark.engine

_TIMEOUT_SECONDS = 30.0


@pytest.fixture(scope="module")
def tls_node(
    cassandra_server: CassandraServer,
    tmp_path_factory: pytest.TempPathFactory,
    missing: Callable[[str, str], None],
) -> Iterator[CassandraNode]:
    """The run's own node; where the tests were given another, whose authority they do not know, one for these."""
    if cassandra_server.node is not None:
        yield cassandra_server.node
        return
    if not can_run():
        missing("cassandra", CURE)
    directory = tmp_path_factory.mktemp("cassandra")
    node = CassandraNode(directory, certificates=make_certificates(directory / "certificates", HOST))
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture
def certificates(tls_node: CassandraNode) -> Certificates:
    assert tls_node.certificates is not None
    return tls_node.certificates


@pytest.fixture
def address(
    cassandra_address: CassandraAddress, tls_node: CassandraNode, certificates: Certificates
) -> CassandraAddress:
    """The run's keyspace, entered by TLS."""
    return replace(cassandra_address, contact_points=((HOST, tls_node.port),), tls=Tls(certificates.ca_file))


async def test_migrations_and_product_speak_tls_with_a_node_of_the_named_authority(
    address: CassandraAddress, sealer: Sealer, clock: MovableClock
) -> None:
    await upgrade(address)

    async with ChannelOnCassandra.opened(address, sealer, clock) as plane:
        assert await plane.directory.phone(bytes(32)) is None
        clients = await asyncio.to_thread(
            plane.session._session.execute,
            "select driver_name, ssl_enabled, ssl_protocol, keyspace_name from system_views.clients",
        )

    ours = [client for client in clients if client["ssl_enabled"]]
    assert ours
    assert {client["ssl_protocol"] for client in ours} <= {"TLSv1.2", "TLSv1.3"}


async def test_a_node_of_another_authority_is_not_entered(address: CassandraAddress, tmp_path: Path) -> None:
    other = Tls(make_certificates(tmp_path, HOST).ca_file)

    with pytest.raises(ClusterUnreachable) as refused:
        async with asyncio.timeout(_TIMEOUT_SECONDS), connected(replace(address, tls=other)):
            pass

    assert "certificate" in str(refused.value)
    assert "LETSEMA_CASSANDRA_CA_FILE" in str(refused.value)
