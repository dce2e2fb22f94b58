"""Interest earned but not yet due: a report computed from a loan's schedule, which never becomes a journal.

The books recognise interest on its due date. Between two due dates a lender has earned more than the books say; this
says how much more. What was paid in advance is income already, and no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from core.loans.account import AccountStatus, LoanAccount, live_events
from core.loans.day_count import years_of_periods
from core.loans.exact import round_money
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import Cap, Policy
from core.loans.schedule import Schedule, schedule
from core.loans.terms import DayCount, LoanTerms, Method
from core.money import ZERO, Money, total


@dataclass(frozen=True, slots=True)
class EarnedInterest:
    """Of the instalments that are not due yet, in lisente.

    `accrued` is what their periods have earned so far, `settled` what of it was paid in advance or forgiven, and
    `held_back` what the in-duplum rule does not let grow.
    """

    accrued: Money = ZERO
    settled: Money = ZERO
    held_back: Money = ZERO

    @property
    def not_due(self) -> Money:
        """Earned, not due yet, and in no book: the figure of the report."""
        return self.accrued - self.settled - self.held_back

    def __add__(self, other: EarnedInterest) -> EarnedInterest:
        return EarnedInterest(
            self.accrued + other.accrued, self.settled + other.settled, self.held_back + other.held_back
        )


NOTHING_EARNED: Final = EarnedInterest()


def interest_earned(history: LoanHistory, on: date) -> EarnedInterest:
    """The figures of one loan at the end of a day, from what counts on that day or earlier.

    Nothing where the loan does not run on it: a closed one owes none, and none is earned of one that was given up.
    """
    if on <= history.disbursed.value_on:
        return NOTHING_EARNED
    account = _as_it_was(history, on).account(on)
    if account.status is not AccountStatus.ACTIVE:
        return NOTHING_EARNED
    accrued = accrued_by_row(schedule(history.terms), on)
    rows = {row.n: row for row in account.instalments}
    settled = {
        n: min(amount, rows[n].due[Part.INTEREST] - rows[n].outstanding(Part.INTEREST)) for n, amount in accrued.items()
    }
    earned = EarnedInterest(total(accrued.values()), total(settled.values()))
    room = _room(account, history.policy, on)
    return replace(earned, held_back=max(ZERO, earned.not_due - room))


def accrued_by_row(plan: Schedule, on: date) -> dict[int, Money]:
    """What the periods have earned by the end of a day, by the instalment that it falls due with after that day.

    A period earns by the day count of the terms; one of a flat loan, or of equal periods, by the days that have run of
    its days. Interest of a payment grace is earned now and falls due with the first instalment after the grace.
    """
    accrued: dict[int, Money] = {}
    due_on = {row.n: row.due_on for row in plan.rows}
    for n, amount in _by_period(plan, on):
        falls_due = max(n, plan.terms.interest_grace + 1)
        if due_on[falls_due] > on:
            accrued[falls_due] = accrued.get(falls_due, ZERO) + amount
    return accrued


def _by_period(plan: Schedule, on: date) -> Iterator[tuple[int, Money]]:
    start = plan.terms.disbursed_on
    for row in plan.rows:
        if on >= row.due_on:
            yield row.n, row.interest_accrued
        elif on > start:
            exact = row.interest_accrued.minor * _share(plan.terms, start, row.due_on, on)
            yield row.n, round_money(exact, plan.terms.rounding_mode)
        start = row.due_on


def _share(terms: LoanTerms, start: date, due_on: date, on: date) -> Fraction:
    """How much of a period has run at the end of a day, at most all of it: thirty days are a whole month of 31."""
    if terms.method is Method.FLAT or terms.day_count is DayCount.EQUAL_PERIODS:
        return Fraction((on - start).days, (due_on - start).days)
    return min(Fraction(1), _years(terms, start, on) / _years(terms, start, due_on))


def _years(terms: LoanTerms, start: date, end: date) -> Fraction:
    """The time between two days as the terms count it: that of a loan with this one period."""
    return years_of_periods(replace(terms, disbursed_on=start, first_due_on=end), [end])[0]


def _as_it_was(history: LoanHistory, on: date) -> LoanHistory:
    known = tuple(event for event in live_events(history.events) if event.value_on <= on)
    return replace(history, events=known, closed_through=min(history.closed_through, on))


def _room(account: LoanAccount, policy: Policy, on: date) -> Money:
    """By how much unpaid interest may still grow (in duplum); under the stricter cap, interest and default fees."""
    capped = (Part.INTEREST, Part.PENALTY) if policy.cap is Cap.INTEREST_AND_FEES else (Part.INTEREST,)
    unpaid = total(row.outstanding(*capped) for row in account.instalments if row.due_on <= on)
    return max(ZERO, account.outstanding(Part.PRINCIPAL) - unpaid)
