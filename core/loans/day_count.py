"""What share of a year each period is, exactly, by the day count of the terms (`loan-engine` c2)."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final

from core.calendar import PeriodUnit, days_in, step, whole_months_between
from core.loans.terms import DayCount, LoanTerms, Pricing

PERIODS_PER_YEAR: Final = {PeriodUnit.MONTH: 12, PeriodUnit.WEEK: 52, PeriodUnit.DAY: 365}
_DAYS_PER_MONTH_30: Final = 30
_DAYS_PER_YEAR: Final = {
    DayCount.THIRTY_360: 360,
    DayCount.ACTUAL_365: 365,
    DayCount.ACTUAL_364: 364,
    DayCount.ACTUAL_360: 360,
}


def nominal_years_per_period(terms: Pricing) -> Fraction:
    """A period as twelfths (months), fifty-seconds (weeks) or 365ths (days) of a year."""
    return Fraction(terms.period_every, PERIODS_PER_YEAR[terms.period_unit])


def has_broken_first_period(terms: LoanTerms) -> bool:
    """Whether the first instalment is due on another day than one period after disbursement."""
    start = terms.disbursed_on
    return terms.first_due_on not in {None, step(start, terms.period_every, terms.period_unit, start.day)}


def years_of_periods(terms: LoanTerms, due_dates: Sequence[date]) -> tuple[Fraction, ...]:
    """Each period's share of a year, in the order of the due dates."""
    if terms.day_count is DayCount.EQUAL_PERIODS:
        return (nominal_years_per_period(terms),) * len(due_dates)
    if terms.day_count is DayCount.THIRTY_360:
        return _thirty_360(terms, due_dates)
    periods = pairwise((terms.disbursed_on, *due_dates))
    if terms.day_count is DayCount.ACTUAL_ACTUAL:
        return tuple(_actual_actual(start, end) for start, end in periods)
    return tuple(Fraction((end - start).days, _DAYS_PER_YEAR[terms.day_count]) for start, end in periods)


def _thirty_360(terms: LoanTerms, due_dates: Sequence[date]) -> tuple[Fraction, ...]:
    """A month is 30 days whatever its length; a broken first period is its whole months and the days left over."""
    regular = Fraction(terms.period_every * _days_30(terms.period_unit), _DAYS_PER_YEAR[DayCount.THIRTY_360])
    first = regular
    if has_broken_first_period(terms):
        months = whole_months_between(terms.disbursed_on, due_dates[0])
        whole = step(terms.disbursed_on, months, PeriodUnit.MONTH, terms.disbursed_on.day)
        days = months * _DAYS_PER_MONTH_30 + (due_dates[0] - whole).days
        first = Fraction(days, _DAYS_PER_YEAR[DayCount.THIRTY_360])
    return (first, *(regular,) * (len(due_dates) - 1))


def _days_30(unit: PeriodUnit) -> int:
    return _DAYS_PER_MONTH_30 if unit is PeriodUnit.MONTH else days_in(unit)


def _actual_actual(start: date, end: date) -> Fraction:
    """Days of each calendar year over that year's length; a period across 31 December is split there.

    Interest accrues at the end of a day, so the days counted are those after `start` up to and with `end`.
    """
    years = Fraction(0)
    while start < end:
        until = min(end, date(start.year, 12, 31))
        if until == start:  # the start is itself a 31 December: all days counted lie in the next year
            until = min(end, date(start.year + 1, 12, 31))
        years += Fraction((until - start).days, _days_in_year(until.year))
        start = until
    return years


def _days_in_year(year: int) -> int:
    return 366 if calendar.isleap(year) else 365
