"""What coverage is measured by: a room's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.phones import PhoneNumber, _canonical
from tests.measuring import forget, is_measured

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("test", "sources", "counts"),
    [
        ("core/loans/test_terms.py", ["core"], True),
        ("flows/test_golden.py", ["core"], False),
        ("core/test_money.py", ["conversations"], False),
        ("conversations/test_messages.py", ["core", "conversations"], True),
        ("flows/test_golden.py", [True], True),
        ("flows/test_golden.py", ["core", True], True),
        ("flows/test_golden.py", ["core/loans/policy.py"], True),
        ("flows/test_golden.py", [], True),
    ],
)
def test_a_room_is_measured_by_its_own_tests(test: str, sources: list[object], counts: bool) -> None:
    assert is_measured(TESTS / test, sources) is counts


def test_what_other_tests_left_in_a_functions_memory_is_forgotten() -> None:
    """Else a line that only the first call takes would count as taken or not by which test came first."""
    PhoneNumber.parse("58851234")

    assert forget(["conversations", True]) == 0
    assert _canonical.cache_info().currsize > 0

    assert forget(["core"]) > 0
    assert _canonical.cache_info().currsize == 0
