"""The order in which a run takes the tests."""

from __future__ import annotations

from pathlib import Path

from tests.ordering import LONGEST_FIRST, rank

TESTS = Path(__file__).parents[1]


def test_whole_programs_come_first_and_what_only_computes_last() -> None:
    journey, close, money = "journeys/test_first_loan.py", "storage/test_day_end.py", "core/loans/test_schedule.py"

    assert rank(TESTS / journey) < rank(TESTS / close) < rank(TESTS / money)


def test_each_room_that_the_order_names_is_there() -> None:
    assert [room for room in LONGEST_FIRST if not (TESTS / room).is_dir()] == []
