"""A second schedule, written plainly from the formulas, to compare the engine with: decimals and loops.

It shares nothing with the engine but the terms. The level instalment on the exact basis is found by trying: the
one that leaves nothing at the end.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from functools import cache

from core.calendar import PeriodUnit
from core.loans.terms import DayCount, EmiBasis, FeeTiming, LoanTerms, Method
from core.money import Rounding

CENT = Decimal("0.01")
MODES = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@dataclass(frozen=True)
class NaiveRow:
    n: int
    due_on: date
    principal: Decimal
    interest: Decimal
    fees: Decimal
    balance: Decimal


def naive_schedule(terms: LoanTerms) -> list[NaiveRow]:
    with localcontext() as context:
        context.prec = 50
        dates = _dates(terms)
        principal, accrued = _columns(terms, dates)
        return _rows(terms, dates, principal, accrued)


def cent(value: Decimal, terms: LoanTerms) -> Decimal:
    return value.quantize(CENT, rounding=MODES[terms.rounding_mode])


def _dates(terms: LoanTerms) -> list[date]:
    first_given = terms.first_due_on
    anchor = (first_given or terms.disbursed_on).day
    dates = []
    year, month = terms.disbursed_on.year, terms.disbursed_on.month
    if first_given is not None:
        year, month = first_given.year, first_given.month
    current = first_given or terms.disbursed_on
    for k in range(terms.periods):
        if k > 0 or first_given is None:
            if terms.period_unit is PeriodUnit.MONTH:
                for _ in range(terms.period_every):
                    month += 1
                    if month == 13:
                        year, month = year + 1, 1
                current = date(year, month, min(anchor, calendar.monthrange(year, month)[1]))
            else:
                length = 7 if terms.period_unit is PeriodUnit.WEEK else 1
                current += timedelta(days=length * terms.period_every)
        dates.append(current)
    return dates


def _interest(balance: Decimal, terms: LoanTerms, start: date, end: date, k: int) -> Decimal:
    """Unrounded interest of period k; one division at the end, so that a tie stays a tie."""
    if k < terms.interest_free:
        return Decimal(0)
    top = balance * terms.annual_rate_percent
    if terms.day_count is DayCount.EQUAL_PERIODS:
        year = {PeriodUnit.MONTH: 12, PeriodUnit.WEEK: 52, PeriodUnit.DAY: 365}[terms.period_unit]
        return top * terms.period_every / (100 * year)
    if terms.day_count is DayCount.THIRTY_360:
        days = {PeriodUnit.MONTH: 30, PeriodUnit.WEEK: 7, PeriodUnit.DAY: 1}[terms.period_unit] * terms.period_every
        return top * days / 36000
    in_leap, in_common = _days(start, end)
    if terms.day_count is DayCount.ACTUAL_ACTUAL:
        return top * (in_leap * 365 + in_common * 366) / (100 * 365 * 366)
    year = {DayCount.ACTUAL_365: 365, DayCount.ACTUAL_364: 364, DayCount.ACTUAL_360: 360}[terms.day_count]
    return top * (in_leap + in_common) / (100 * year)


@cache
def _days(start: date, end: date) -> tuple[int, int]:
    """The days after start up to and with end: those in leap years, and the others."""
    in_leap = in_common = 0
    day = start
    while day < end:
        day += timedelta(days=1)
        if calendar.isleap(day.year):
            in_leap += 1
        else:
            in_common += 1
    return in_leap, in_common


def _columns(terms: LoanTerms, dates: list[date]) -> tuple[list[Decimal], list[Decimal]]:
    starts = [terms.disbursed_on, *dates[:-1]]
    lent = Decimal(terms.principal.minor) / 100
    rows = terms.periods
    paying = rows - terms.principal_grace
    if terms.method is Method.FLAT:
        whole = sum((_interest(lent, terms, starts[k], dates[k], k) for k in range(rows)), Decimal(0))
        whole = cent(whole, terms)
        charged = rows - terms.interest_free
        each = cent(whole / charged, terms) if charged else Decimal(0)
        interest = [Decimal(0) if k < terms.interest_free else each for k in range(rows)]
        if charged:
            interest[-1] = whole - each * (charged - 1)
        part = cent(lent / paying, terms)
        principal = [Decimal(0) if k < terms.principal_grace else part for k in range(rows)]
        principal[-1] = lent - part * (paying - 1)
        return principal, interest
    level = _level(terms, starts, dates) if terms.method is Method.EMI else Decimal(0)
    balance = lent
    principal, interest = [], []
    for k in range(rows):
        interest.append(cent(_interest(balance, terms, starts[k], dates[k], k), terms))
        if k == rows - 1:
            principal.append(balance)
        elif k < terms.principal_grace:
            principal.append(Decimal(0))
        elif terms.method is Method.EQUAL_PRINCIPAL:
            principal.append(cent(lent / paying, terms))
        else:
            principal.append(level - interest[-1])
        balance -= principal[-1]
    return principal, interest


def _level(terms: LoanTerms, starts: list[date], dates: list[date]) -> Decimal:
    lent = Decimal(terms.principal.minor) / 100
    paying = terms.periods - terms.principal_grace
    if terms.emi_basis is EmiBasis.NOMINAL:
        year = {PeriodUnit.MONTH: 12, PeriodUnit.WEEK: 52, PeriodUnit.DAY: 365}[terms.period_unit]
        rate = terms.annual_rate_percent * terms.period_every / (100 * year)
        if rate == 0:
            return cent(lent / paying, terms)
        return cent(lent * rate / (1 - (1 + rate) ** -paying), terms)
    low, high = Decimal(0), lent * 3 + 1
    for _ in range(120):
        middle = (low + high) / 2
        balance = lent
        for k in range(terms.principal_grace, terms.periods):
            balance += _interest(balance, terms, starts[k], dates[k], k) - middle
        low, high = (middle, high) if balance > 0 else (low, middle)
    return cent(high.quantize(Decimal("1e-25")), terms)


def _rows(terms: LoanTerms, dates: list[date], principal: list[Decimal], accrued: list[Decimal]) -> list[NaiveRow]:
    interest = list(accrued)
    waiting = Decimal(0)
    for k in range(terms.interest_grace):
        waiting += interest[k]
        interest[k] = Decimal(0)
    interest[terms.interest_grace] += waiting
    fees = [Decimal(0)] * terms.periods
    for fee in terms.fees:
        amount = Decimal(fee.amount.minor) / 100 if fee.amount else Decimal(0)
        if fee.percent is not None:
            amount = cent(Decimal(terms.principal.minor) * fee.percent / 10000, terms)
        if fee.when is FeeTiming.FIRST:
            fees[0] += amount
        if fee.when is FeeTiming.SPREAD:
            part = cent(amount / terms.periods, terms)
            for k in range(terms.periods - 1):
                fees[k] += part
            fees[-1] += amount - part * (terms.periods - 1)
    balance = Decimal(terms.principal.minor) / 100
    rows = []
    for k, due_on in enumerate(dates):
        balance -= principal[k]
        rows.append(NaiveRow(k + 1, due_on, principal[k], interest[k], fees[k], balance))
    return rows
