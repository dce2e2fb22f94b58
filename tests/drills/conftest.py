"""The grounds that drills stand on, and the table of what came of them at the end of a run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.embedded import EmbeddedPostgres
from tests.drills.drill import Outcome
from tests.drills.ground import Ground
from tests.drills.grounds import channel_settings, ground_on_citus, ground_on_postgres
from tests.fixtures_cassandra import CassandraServer
from tests.servers.cassandra.node import CURE, CassandraNode, can_run
from tests.servers.citus.cluster import CitusCluster

OUTCOMES = pytest.StashKey[list[Outcome]]()


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    """Where a drill puts its line."""
    return request.config.stash.setdefault(OUTCOMES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in terminalreporter.config.stash.get(OUTCOMES, []):
        terminalreporter.write_line(f"drill: {outcome}")


@pytest.fixture(scope="session")
def drill_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server that may be killed: nobody else's."""
    server = asyncio.run(EmbeddedPostgres.start(Path(tmp_path_factory.mktemp("drills")) / "server"))
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="module")
def postgres_ground(drill_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Both planes on PostgreSQL."""
    with ground_on_postgres(drill_postgres, tmp_path_factory.mktemp("ground"), {}) as ground:
        yield ground


@pytest.fixture(scope="module")
def ground(
    drill_postgres: EmbeddedPostgres, cassandra_server: CassandraServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """The record plane on PostgreSQL, the channel plane on one node of Cassandra."""
    channel = channel_settings([f"{cassandra_server.host}:{cassandra_server.port}"], copies=1)
    with ground_on_postgres(drill_postgres, tmp_path_factory.mktemp("ground"), channel) as ground:
        yield ground


@pytest.fixture(scope="session")
def in_full() -> None:
    """For drills that take minutes of servers alone: `make drills` says that it wants them."""
    if os.environ.get("LETSEMA_TESTS_DRILLS") != "all":
        pytest.skip("minutes long: make drills runs it")


@pytest.fixture(scope="module")
def ring(
    in_full: None, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str, str], None]
) -> Iterator[list[CassandraNode]]:
    """Three nodes of Cassandra on loopback, each with everything."""
    if not can_run():
        missing("cassandra", CURE)
    folder = tmp_path_factory.mktemp("ring")
    first = CassandraNode(folder / "1")
    nodes = [first, *(CassandraNode(folder / str(n), host=f"127.0.0.{n}", beside=first) for n in (2, 3))]
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.stop()


@pytest.fixture(scope="module")
def ring_ground(
    drill_postgres: EmbeddedPostgres, ring: list[CassandraNode], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """The record plane on PostgreSQL, three copies of the channel plane."""
    channel = channel_settings([f"{node.host}:{node.port}" for node in ring], copies=len(ring))
    with ground_on_postgres(drill_postgres, tmp_path_factory.mktemp("ground"), channel) as ground:
        yield ground


@pytest.fixture(scope="module")
def citus_ground(
    in_full: None,
    citus_servers: CitusCluster,
    cassandra_server: CassandraServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ground]:
    """The record plane on Citus, Maseru on the first worker and Mokhotlong on the second; Cassandra beside it."""
    channel = channel_settings([f"{cassandra_server.host}:{cassandra_server.port}"], copies=1)
    with ground_on_citus(citus_servers, tmp_path_factory.mktemp("ground"), channel) as ground:
        yield ground
