"""Dates as a lender counts them: the business date of an instant, and due dates that step from an anchor day."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from core.errors import InvalidInput

MASERU: Final = timezone(timedelta(hours=2), "Africa/Maseru")
"""Lesotho's time: UTC+2 all year, so a fixed offset says it without reading a time zone database from disk."""

DAYS_PER_WEEK: Final = 7
MONTHS_PER_YEAR: Final = 12


class PeriodUnit(StrEnum):
    """What a repayment period is counted in."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


def business_date_of(instant: datetime) -> date:
    """The date in Maseru at an instant. Raises `ValueError` for one without a time zone: a programmer's error."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant.astimezone(MASERU).date()


def add_months(start: date, months: int, anchor_day: int) -> date:
    """The date `months` after `start`'s month, on the anchor day or, in a shorter month, on its last day.

    The anchor is given, never read from `start`: 31 Jan -> 29 Feb -> 31 Mar only works when February does not forget
    the 31. Raises `InvalidInput` past the year 9999.
    """
    year, month_index = divmod(start.year * MONTHS_PER_YEAR + start.month - 1 + months, MONTHS_PER_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise InvalidInput("the due dates run past the calendar", field="periods")
    month = month_index + 1
    return date(year, month, min(anchor_day, calendar.monthrange(year, month)[1]))


def step(start: date, count: int, unit: PeriodUnit, anchor_day: int) -> date:
    """The date `count` units after `start`; only months heed the anchor. Raises `InvalidInput` past the year 9999."""
    if unit is PeriodUnit.MONTH:
        return add_months(start, count, anchor_day)
    try:
        return start + timedelta(days=count * days_in(unit))
    except OverflowError as error:
        raise InvalidInput("the due dates run past the calendar", field="periods") from error


def days_in(unit: PeriodUnit) -> int:
    """How many days one week or one day has. Raises `ValueError` for a month, whose length depends on the date."""
    if unit is PeriodUnit.MONTH:
        raise ValueError("a month has no fixed number of days")
    return DAYS_PER_WEEK if unit is PeriodUnit.WEEK else 1


def whole_months_between(start: date, end: date) -> int:
    """How many whole months, counted from `start`'s day, fit before or on `end` (not before `start`)."""
    months = (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month
    return months if add_months(start, months, start.day) <= end else months - 1


def maseru_instant(on: date, hour: int) -> datetime:
    """An hour of a day in Maseru, as an aware instant."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=MASERU)
