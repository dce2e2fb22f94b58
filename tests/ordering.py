"""The order of a run: what starts whole programs first, what only computes last.

Processes are handed one file after the other, so that a long one at the end leaves the other processes idle for as
long. xdist would hand out the file with the most tests first; the longest have few.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

_TESTS: Final = Path(__file__).parent
LONGEST_FIRST: Final = ("journeys", "letsema", "drills", "storage", "flows", "core/use_cases", "channels", "admin_web")
"""Rooms by how long one file of theirs may take; those that are not named take seconds."""


def rank(test: Path) -> int:
    """The place of a test's room in a run."""
    rooms = (place for place, room in enumerate(LONGEST_FIRST) if test.is_relative_to(_TESTS / room))
    return next(rooms, len(LONGEST_FIRST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order within a room, and so the tests of a file together."""
    items.sort(key=lambda item: rank(item.path))
