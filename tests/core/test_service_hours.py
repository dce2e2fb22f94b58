"""When new business is taken: the hours as an operator writes them, in Maseru's time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import InvalidInput
from core.service_hours import ALWAYS, ServiceHours, time_of_day


def at(written: str) -> datetime:
    """An instant by its time in UTC: two hours before Maseru's."""
    return datetime.fromisoformat(f"2026-11-23T{written}:00").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "utc", "open_"),
    [
        ("06:00-22:00", "03:59", False),
        ("06:00-22:00", "04:00", True),
        ("06:00-22:00", "19:59", True),
        ("06:00-22:00", "20:00", False),
        ("22:00-02:00", "19:59", False),
        ("22:00-02:00", "20:00", True),
        ("22:00-02:00", "23:59", True),
        ("22:00-02:00", "00:00", False),
        ("08:00-08:00", "01:00", True),
        ("", "01:00", True),
    ],
)
def test_hours_begin_at_their_first_minute_and_end_before_their_last(hours: str, utc: str, open_: bool) -> None:
    assert ServiceHours.parse(hours).are_on(at(utc)) is open_


def test_nothing_written_is_always_open() -> None:
    assert ServiceHours.parse("  ") == ALWAYS


@pytest.mark.parametrize("written", ["6-22", "06:00", "24:00-01:00", "06:60-07:00", "06:00-22:00 daily", "06:00_22:00"])
def test_hours_that_are_no_times_are_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        ServiceHours.parse(written)


def test_a_time_is_told_as_it_is_in_maseru() -> None:
    assert time_of_day(at("22:05")) == "00:05"
