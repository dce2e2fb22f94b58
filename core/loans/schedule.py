"""From terms to instalments: one pure function, so that a quote always equals its contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Final

from core.calendar import PeriodUnit, step
from core.loans.terms import LoanTerms
from core.money import ZERO, Money, total

_PRECISION: Final = 40
_PERIODS_PER_YEAR: Final = {PeriodUnit.MONTH: Decimal(12), PeriodUnit.WEEK: Decimal(52), PeriodUnit.DAY: Decimal(365)}


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An instalment: what falls due, and the principal that is left after it."""

    n: int
    due_on: date
    principal: Money
    interest: Money
    fees: Money
    balance: Money

    @property
    def total(self) -> Money:
        """What the borrower pays on the day."""
        return self.principal + self.interest + self.fees


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments of a loan, in order. The principal parts sum to the principal, exactly."""

    rows: tuple[ScheduleRow, ...]
    level_instalment: Money

    @property
    def interest(self) -> Money:
        """All interest."""
        return total(row.interest for row in self.rows)

    @property
    def total(self) -> Money:
        """All that is paid in instalments."""
        return total(row.total for row in self.rows)


def schedule(terms: LoanTerms) -> Schedule:
    """Declining balance with equal instalments; the last row takes the residue of rounding (`loan-engine` c3)."""
    with localcontext(Context(prec=_PRECISION)):
        rate = terms.annual_rate_percent / 100 / _PERIODS_PER_YEAR[terms.period_unit] * terms.period_every
        level = Money.rounded(_level(terms.principal, rate, terms.periods), terms.rounding_mode)
        rows = []
        balance = terms.principal
        for n, due_on in enumerate(due_dates(terms), start=1):
            interest = Money.rounded(balance.minor * rate, terms.rounding_mode)
            is_last = n == terms.periods
            principal = balance if is_last else min(max(level - interest, ZERO), balance)
            balance = balance - principal
            rows.append(ScheduleRow(n, due_on, principal, interest, ZERO, balance))
    return Schedule(tuple(rows), level)


def due_dates(terms: LoanTerms) -> list[date]:
    """Each instalment's date, anchored to the day of the first (or of disbursement), so that months never drift."""
    unit, every = terms.period_unit, terms.period_every
    if terms.first_due_on is not None:
        first = terms.first_due_on
        return [step(first, every * k, unit, first.day) for k in range(terms.periods)]
    start = terms.disbursed_on
    return [step(start, every * k, unit, start.day) for k in range(1, terms.periods + 1)]


def _level(principal: Money, rate: Decimal, periods: int) -> Decimal:
    if rate == 0:
        return Decimal(principal.minor) / periods
    return principal.minor * rate / (1 - (1 + rate) ** -periods)
