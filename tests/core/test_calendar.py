"""Dates: the business date of an instant, and due dates that keep their anchor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import (
    MASERU,
    PeriodUnit,
    add_months,
    business_date_of,
    days_in,
    maseru_instant,
    step,
    whole_months_between,
)
from core.errors import InvalidInput


def test_the_business_date_changes_at_midnight_in_maseru() -> None:
    before = datetime(2026, 3, 9, 21, 59, 59, tzinfo=UTC)
    after = datetime(2026, 3, 9, 22, 0, tzinfo=UTC)

    assert business_date_of(before) == date(2026, 3, 9)
    assert business_date_of(after) == date(2026, 3, 10)


@pytest.mark.parametrize("month", range(1, 13))
def test_the_offset_is_the_one_that_the_time_zone_database_has_all_year(month: int) -> None:
    noon = datetime(2026, month, 15, 12, tzinfo=UTC)

    assert noon.astimezone(MASERU).utcoffset() == noon.astimezone(ZoneInfo("Africa/Maseru")).utcoffset()


def test_an_instant_without_a_time_zone_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        business_date_of(datetime(2026, 3, 9, 12))  # noqa: DTZ001


def test_an_hour_of_a_day_is_that_day_in_maseru() -> None:
    assert business_date_of(maseru_instant(date(2026, 3, 9), 0)) == date(2026, 3, 9)
    assert maseru_instant(date(2026, 3, 9), 8).astimezone(UTC).hour == 6


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2024, 1, 31), [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31)]),
        (date(2023, 1, 30), [date(2023, 2, 28), date(2023, 3, 30), date(2023, 4, 30), date(2023, 5, 30)]),
        (date(2023, 11, 29), [date(2023, 12, 29), date(2024, 1, 29), date(2024, 2, 29), date(2024, 3, 29)]),
    ],
)
def test_months_step_from_the_anchor_and_never_drift(start: date, expected: list[date]) -> None:
    assert [step(start, n, PeriodUnit.MONTH, start.day) for n in range(1, 5)] == expected


def test_weeks_and_days_count_days() -> None:
    start = date(2024, 2, 26)

    assert step(start, 2, PeriodUnit.WEEK, 1) == date(2024, 3, 11)
    assert step(start, 4, PeriodUnit.DAY, 1) == date(2024, 3, 1)
    assert days_in(PeriodUnit.WEEK) == 7
    with pytest.raises(ValueError, match="month"):
        days_in(PeriodUnit.MONTH)


@pytest.mark.parametrize("unit", list(PeriodUnit))
def test_dates_past_the_calendar_are_refused_by_name(unit: PeriodUnit) -> None:
    with pytest.raises(InvalidInput) as refused:
        step(date(9999, 1, 1), 1_000_000, unit, 1)

    assert refused.value.field == "periods"


def test_a_month_before_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput):
        add_months(date(1, 1, 1), -1, 1)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 1, 31), date(2024, 2, 28), 0),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 1, 15), date(2024, 3, 14), 1),
        (date(2024, 1, 15), date(2024, 3, 15), 2),
        (date(2024, 1, 15), date(2024, 1, 15), 0),
    ],
)
def test_whole_months_count_from_the_first_day(start: date, end: date, months: int) -> None:
    assert whole_months_between(start, end) == months


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 4_000))
def test_whole_months_are_the_most_that_fit(start: date, days: int) -> None:
    end = start + timedelta(days=days)

    months = whole_months_between(start, end)

    assert add_months(start, months, start.day) <= end < add_months(start, months + 1, start.day)
