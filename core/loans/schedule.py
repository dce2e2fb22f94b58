"""From terms to instalments: one pure function, so that a quote always equals its contract.

Interest and instalments are exact fractions until they are rounded, once, to whole lisente (`loan-engine` c3 to c6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from core.calendar import step
from core.loans.amortisation import amortise
from core.loans.day_count import years_of_periods
from core.loans.exact import spread_evenly
from core.loans.terms import FeeTiming, LoanTerms
from core.money import ZERO, Money, total


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An instalment: what falls due, and the principal that is left after it.

    `interest_accrued` is what its own period earns. It differs from `interest` only under an interest-payment grace,
    which charges interest now and lets it fall due later.
    """

    n: int
    due_on: date
    principal: Money
    interest: Money
    fees: Money
    balance: Money
    interest_accrued: Money

    @property
    def total(self) -> Money:
        """What the borrower pays on the day."""
        return self.principal + self.interest + self.fees


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments of a loan, in order. The principal parts sum to the principal, exactly.

    `level_instalment` is principal and interest of a regular row; None for equal principal, which has no level.
    """

    terms: LoanTerms
    rows: tuple[ScheduleRow, ...]
    level_instalment: Money | None

    @property
    def interest(self) -> Money:
        """All interest."""
        return total(row.interest for row in self.rows)

    @property
    def fees(self) -> Money:
        """All fees, the upfront ones too, which stand in no row."""
        return self.terms.upfront_fees + total(row.fees for row in self.rows)

    @property
    def total(self) -> Money:
        """All that is paid in instalments."""
        return total(row.total for row in self.rows)

    @property
    def total_cost_of_credit(self) -> Money:
        """Interest and all fees."""
        return self.interest + self.fees


def schedule(terms: LoanTerms) -> Schedule:
    """Compute the instalments. Raises `InvalidTerms` where the terms leave a row without principal."""
    dates = due_dates(terms)
    amortised = amortise(terms, period_rates(terms))
    due_interest = _interest_due(amortised.interest, terms.interest_grace)
    fees = _fees_by_row(terms)
    rows = []
    balance = terms.principal
    for k, due_on in enumerate(dates):
        balance -= amortised.principal[k]
        rows.append(
            ScheduleRow(
                n=k + 1,
                due_on=due_on,
                principal=amortised.principal[k],
                interest=due_interest[k],
                fees=fees[k],
                balance=balance,
                interest_accrued=amortised.interest[k],
            )
        )
    return Schedule(terms, tuple(rows), amortised.level_instalment)


def due_dates(terms: LoanTerms) -> tuple[date, ...]:
    """Each instalment's date, anchored to the day of the first (or of disbursement), so that months never drift."""
    unit, every = terms.period_unit, terms.period_every
    if terms.first_due_on is not None:
        first = terms.first_due_on
        return tuple(step(first, every * k, unit, first.day) for k in range(terms.periods))
    start = terms.disbursed_on
    return tuple(step(start, every * k, unit, start.day) for k in range(1, terms.periods + 1))


def period_rates(terms: LoanTerms) -> tuple[Fraction, ...]:
    """The exact interest rate of each period; zero in interest-free ones. A day that it was priced on has its say."""
    priced = terms if terms.priced_on is None else replace(terms, disbursed_on=terms.priced_on, priced_on=None)
    rates = (terms.annual_rate * years for years in years_of_periods(priced, due_dates(priced)))
    return tuple(Fraction(0) if k < terms.interest_free else rate for k, rate in enumerate(rates))


def _interest_due(accrued: Sequence[Money], grace: int) -> list[Money]:
    """Interest of the rows in grace falls due with the first row after them."""
    deferred = total(accrued[:grace])
    return [ZERO] * grace + [accrued[grace] + deferred, *accrued[grace + 1 :]]


def _fees_by_row(terms: LoanTerms) -> list[Money]:
    rows = [ZERO] * terms.periods
    rows[0] = terms.fees_charged(FeeTiming.FIRST)
    for fee in terms.fees:
        if fee.when is FeeTiming.SPREAD:
            parts = spread_evenly(fee.of(terms.principal, terms.rounding_mode), terms.periods, terms.rounding_mode)
            rows = [row + part for row, part in zip(rows, parts, strict=True)]
    return rows
