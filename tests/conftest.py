"""What every test may ask for: the parts that must be there, and one real PostgreSQL for the whole run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from storage.embedded import EmbeddedPostgres

pytest_plugins = [
    "tests.fixtures_postgres",
    "tests.fixtures_cassandra",
    "tests.fixtures_citus",
    "tests.fixtures_engine",
    "tests.measuring",
    "tests.ordering",
]

# No deadline: on a busy machine it fails tests of correct code. In CI the same examples each time, so that what
# lands is judged by its own change; people explore with new ones. LETSEMA_LIVES=20 in the environment tries twenty
# times as many random lives of loans, in memory and on PostgreSQL (tests/core/loans/lives.py): a long hunt, not for CI.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "people")


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], None]:
    """Say that a part is missing: `missing("chromium", "apt-get install chromium")` skips the test with that cure.

    Where the environment names the part in LETSEMA_TESTS_REQUIRE (comma-separated, as CI does), it fails instead.
    """
    required = {part.strip() for part in os.environ.get("LETSEMA_TESTS_REQUIRE", "").split(",")}

    def say(part: str, cure: str) -> None:
        if part in required:
            pytest.fail(f"{part} is required here and missing: {cure}", pytrace=False)
        pytest.skip(f"{part} is missing: {cure}")

    return say


@pytest.fixture(scope="session", autouse=True)
def loggers_of_no_test() -> Iterator[None]:
    """A module's logger keeps what it was first used with, for speed: here that would be what some test set up."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", lambda **given: configure(**given | {"cache_logger_on_first_use": False}))
        yield


@pytest.fixture(scope="session")
def embedded_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this test process's own, empty but for what tests put there; each test makes its own database."""
    server = asyncio.run(EmbeddedPostgres.start(Path(tmp_path_factory.mktemp("postgres"))))
    yield server
    asyncio.run(server.stop())
