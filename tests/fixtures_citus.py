"""A real Citus for tests: `citus_cluster` (the servers), `citus_database` (migrated, distributed, empty).

The servers are started and the schema is distributed once a run; tests use one database in turn, emptied before each.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from storage.postgres.citus.entering import NodeAddress
from storage.postgres.citus.joining import form_cluster
from storage.postgres.migrating import Plane, upgrade
from tests.fixtures_postgres import empty_database
from tests.servers.citus.cluster import CitusCluster, named_cluster, running_cluster
from tests.servers.citus.node import CURE, CitusNode, programs


@dataclass(frozen=True)
class CitusDatabase:
    """A database on every node of a cluster."""

    cluster: CitusCluster
    name: str

    @property
    def owner_url(self) -> str:
        """On the coordinator, as the owner."""
        return self.cluster.coordinator.url(self.name)

    @property
    def app_url(self) -> str:
        """On the coordinator, as the product."""
        return self.app_urls[0]

    @property
    def app_urls(self) -> tuple[str, ...]:
        """On each node, as the product, the coordinator first."""
        return tuple(node.app_url(self.name) for node in self.cluster.nodes)


@pytest.fixture(scope="session")
def citus_servers(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str, str], None]
) -> Iterator[CitusCluster]:
    """The cluster that LETSEMA_TEST_CITUS names, or one of this run's own: a coordinator and two workers."""
    if named := os.environ.get("LETSEMA_TEST_CITUS"):
        yield asyncio.run(named_cluster(named))
        return
    if programs() is None:
        missing("citus", CURE)
    with running_cluster(tmp_path_factory.mktemp("citus")) as cluster:
        yield cluster


@pytest.fixture
def citus_cluster(citus_servers: CitusCluster) -> Iterator[CitusCluster]:
    """The servers, whole again after each test: what it killed is started, what it froze is woken."""
    yield citus_servers
    citus_servers.make_whole()


@pytest.fixture(scope="session")
def citus_shared_database(citus_servers: CitusCluster) -> Iterator[CitusDatabase]:
    """The database that tests use in turn, made as an operator makes it."""

    async def make() -> CitusDatabase:
        name = await citus_servers.create_database(joined=False)
        database = CitusDatabase(citus_servers, name)
        for plane in Plane:
            await upgrade(plane, database.owner_url)
        await distribute_database(database)
        await citus_servers.let_the_product_in(name)
        return database

    database = asyncio.run(make())
    yield database
    asyncio.run(citus_servers.drop_database(database.name))


@pytest.fixture
def citus_shared_url(citus_cluster: CitusCluster, citus_shared_database: CitusDatabase) -> str:
    """Where `database_url` is on a cluster: the coordinator, as the owner."""
    return citus_shared_database.owner_url


@pytest.fixture
def citus_database(citus_cluster: CitusCluster, citus_shared_database: CitusDatabase) -> CitusDatabase:
    """A distributed database without rows but the districts'. What an earlier test left is removed first."""
    asyncio.run(empty_database(citus_shared_database.owner_url))
    return citus_shared_database


async def distribute_database(database: CitusDatabase) -> list[str]:
    """What `letsema cluster init` does to a migrated database, and what it says."""
    said: list[str] = []
    coordinator, *workers = (address_of(node) for node in database.cluster.nodes)
    await form_cluster(database.owner_url, coordinator, workers, Plane, said.append)
    return said


def address_of(node: CitusNode) -> NodeAddress:
    return NodeAddress(node.host, node.port)
