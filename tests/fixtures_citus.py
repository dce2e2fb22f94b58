"""A real Citus for tests: `citus_cluster` (the servers), `citus_database` (migrated and distributed, empty)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

from tests.servers.citus.cluster import CitusCluster, named_cluster, running_cluster
from tests.servers.citus.node import CURE, programs


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
