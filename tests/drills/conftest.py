"""The grounds that drills stand on, and the table of what came of them at the end of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.embedded import EmbeddedPostgres
from tests.drills.drill import Outcome
from tests.drills.ground import Ground

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


@pytest.fixture(scope="session")
def postgres_ground(drill_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Both planes on PostgreSQL."""
    asyncio.run(drill_postgres.ensure_database("drills"))
    ground = Ground.made(
        tmp_path_factory.mktemp("ground"),
        {"record_url": drill_postgres.url("drills", "letsema_app")},
        owner_url=drill_postgres.url("drills"),
    )
    yield ground
    ground.close()
