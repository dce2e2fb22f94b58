"""What settles a loan early: everything due, the interest of the running period so far, and all principal.

Interest and fees of days that will not come are not asked. Interest paid in advance beyond that is not given back:
money in advance never changes later rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from core.loans.exact import round_money
from core.loans.obligations import Obligation, Origin, Row
from core.loans.parts import Part, Split
from core.loans.policy import PayoffInterest, Policy
from core.loans.schedule import Schedule
from core.loans.terms import Method
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class PayoffLine:
    """So much of one obligation is part of the settlement."""

    row: Row
    obligation: Obligation
    amount: Money


@dataclass(frozen=True, slots=True)
class PayoffQuote:
    """What settles the loan on a day. Paying exactly the total, value-dated that day, closes it."""

    on: date
    split: Split

    @property
    def total(self) -> Money:
        """The amount to pay."""
        return self.split.total


def payoff_lines(plan: Schedule, policy: Policy, rows: Sequence[Row], on: date, room: Money) -> list[PayoffLine]:
    """The settlement, obligation by obligation, also where one asks nothing. `room`: what the in-duplum cap allows."""
    earned = earned_interest(plan, policy, on)
    return [PayoffLine(row, item, _asked(row, item, earned, room)) for row in rows for item in row.obligations]


def quote_of_lines(lines: Sequence[PayoffLine], on: date) -> PayoffQuote:
    """The settlement as a borrower is told it."""
    return PayoffQuote(on, Split.of((line.obligation.part, line.amount) for line in lines))


def earned_interest(plan: Schedule, policy: Policy, on: date) -> dict[int, Money]:
    """Interest earned up to a day, by the row that it falls due with: a grace moves it to the first row after it."""
    grace = plan.terms.interest_grace
    earned: dict[int, Money] = {}
    for n, amount in _earned_by_period(plan, policy, on):
        row = max(n, grace + 1)
        earned[row] = earned.get(row, ZERO) + amount
    return earned


def _earned_by_period(plan: Schedule, policy: Policy, on: date) -> Iterator[tuple[int, Money]]:
    start = plan.terms.disbursed_on
    whole_periods = policy.payoff_interest is PayoffInterest.PERIOD_END or plan.terms.method is Method.FLAT
    for row in plan.rows:
        if on >= row.due_on or (on > start and whole_periods):
            yield row.n, row.interest_accrued
        elif on > start:
            share = Fraction((on - start).days, (row.due_on - start).days)
            yield row.n, round_money(row.interest_accrued.minor * share, plan.terms.rounding_mode)
        start = row.due_on


def _asked(row: Row, item: Obligation, earned: dict[int, Money], room: Money) -> Money:
    if not row.is_due and item.part is Part.INTEREST:
        # Only what is earned of it is asked. One row at most has such interest, so the cap's room needs no sharing.
        open_interest = earned.get(row.n, ZERO) - item.paid - item.waived
        return min(max(open_interest, ZERO), item.outstanding, room)
    if not row.is_due and item.part is Part.FEE and item.origin is Origin.SCHEDULE:
        return ZERO
    return item.outstanding
