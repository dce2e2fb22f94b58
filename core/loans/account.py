"""A loan's account, replayed from what happened to it: the only place where money is allocated.

Events count on their value date, and on one day in the order in which they were recorded; the day's close comes last.
Arrival order therefore does not matter for the result, and a backdated payment simply lands where it belongs: a late
fee that no longer applies is not in the replay, and the ledger receives the difference as a mirror journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.ledger.accounts import Account, float_account
from core.ledger.journals import Journal, Posting
from core.loans.schedule import Schedule, schedule
from core.loans.terms import LoanTerms
from core.money import ZERO, Money, Rounding, total


class Part(StrEnum):
    """What an instalment is made of."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


DEFAULT_ORDER: Final = (Part.PENALTY, Part.FEE, Part.INTEREST, Part.PRINCIPAL)

_INCOME: Final = {
    Part.PENALTY: Account.PENALTY_INCOME,
    Part.FEE: Account.FEE_INCOME,
    Part.INTEREST: Account.INTEREST_INCOME,
}
_RECEIVABLE: Final = {
    Part.PENALTY: Account.PENALTY_RECEIVABLE,
    Part.FEE: Account.FEE_RECEIVABLE,
    Part.INTEREST: Account.INTEREST_RECEIVABLE,
    Part.PRINCIPAL: Account.PRINCIPAL,
}


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """Once for each late instalment: an amount, or a percentage of the unpaid principal (and interest) of it.

    Charged by the close of the first day that is later than due date plus `after_days`, and value-dated that day.
    """

    amount: Money | None
    percent: Decimal | None
    with_interest: bool
    after_days: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The product's rules for a running loan: who is paid first, and what being late costs."""

    due_order: tuple[Part, ...] = DEFAULT_ORDER
    advance_order: tuple[Part, ...] = DEFAULT_ORDER
    late_fee: LateFeeRule | None = None


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money that arrived for the loan. `key` says which, `n` is its place in recording order."""

    key: str
    n: int
    rail: str
    value_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Disbursed:
    """The payout that made the loan active."""

    key: str
    rail: str
    value_on: date


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a repayment: how much of it paid what, of which instalment."""

    instalment: int
    part: Part
    amount: Money
    in_advance: bool


@dataclass
class Instalment:
    """An instalment as the replay goes: what is due by part, what is paid, and whether interest was recognised."""

    n: int
    due_on: date
    due: dict[Part, Money]
    paid: dict[Part, Money] = field(default_factory=lambda: dict.fromkeys(Part, ZERO))
    recognised: dict[Part, bool] = field(default_factory=lambda: {Part.PENALTY: True, Part.PRINCIPAL: True})
    late_fee_on: date | None = None
    settled_on: date | None = None

    def outstanding(self, *parts: Part) -> Money:
        """What is left to pay, of these parts or of all."""
        return total(self.due[part] - self.paid[part] for part in (parts or tuple(Part)))


@dataclass(frozen=True, slots=True)
class LoanAccount:
    """Where a loan stands after its events and closes, with the journals that say so."""

    instalments: tuple[Instalment, ...]
    allocations: dict[str, tuple[Allocation, ...]]
    overpaid: Money
    journals: tuple[Journal, ...]
    last_event_on: date

    def outstanding(self, *parts: Part) -> Money:
        """What is left to pay over the whole schedule."""
        return total(row.outstanding(*parts) for row in self.instalments)

    def receivable(self, part: Part) -> Money:
        """What is left to pay of income that was recognised: the balance of its receivable account."""
        return total(row.outstanding(part) for row in self.instalments if row.recognised.get(part))

    @property
    def is_settled(self) -> bool:
        """Nothing at all is left to pay."""
        return self.outstanding() == ZERO

    @property
    def first_unsettled(self) -> Instalment | None:
        """The oldest instalment with anything left to pay."""
        return next((row for row in self.instalments if row.outstanding() > ZERO), None)


def replay(
    loan_id: UUID,
    terms: LoanTerms,
    policy: Policy,
    disbursed: Disbursed,
    repayments: Iterable[Repayment],
    *,
    closed_through: date,
) -> LoanAccount:
    """Compute a loan's account from its events, with every day closed up to and with `closed_through`."""
    book = _Book(loan_id, terms, policy, schedule(terms))
    book.disburse(disbursed)
    arrived = sorted(repayments, key=lambda payment: (payment.value_on, payment.n))
    days = book.days_with_closing_work(closed_through)
    for payment in arrived:
        while days and days[0] < payment.value_on:
            book.close_day(days.pop(0))
        book.repay(payment)
    for day in days:
        book.close_day(day)
    return book.account(max((payment.value_on for payment in arrived), default=disbursed.value_on))


class _Book:
    """The running state of one replay."""

    def __init__(self, loan_id: UUID, terms: LoanTerms, policy: Policy, plan: Schedule) -> None:
        self._loan_id = loan_id
        self._terms = terms
        self._policy = policy
        self._rows = [
            Instalment(
                row.n,
                row.due_on,
                {
                    Part.PENALTY: ZERO,
                    Part.FEE: row.fees,
                    Part.INTEREST: row.interest,
                    Part.PRINCIPAL: row.principal,
                },
            )
            for row in plan.rows
        ]
        self._journals: list[Journal] = []
        self._allocations: dict[str, tuple[Allocation, ...]] = {}
        self._overpaid = ZERO

    def account(self, last_event_on: date) -> LoanAccount:
        return LoanAccount(tuple(self._rows), self._allocations, self._overpaid, tuple(self._journals), last_event_on)

    def disburse(self, disbursed: Disbursed) -> None:
        postings = [Posting(Account.PRINCIPAL, float_account(disbursed.rail), self._terms.cash_received)]
        if self._terms.upfront_fees > ZERO:
            postings.append(Posting(Account.PRINCIPAL, Account.FEE_INCOME, self._terms.upfront_fees))
        self._journal(disbursed.key, "disbursement", disbursed.value_on, postings)

    def days_with_closing_work(self, closed_through: date) -> list[date]:
        """The days whose close recognises income or charges a late fee, oldest first."""
        days = {row.due_on for row in self._rows}
        if self._policy.late_fee is not None:
            after = timedelta(days=self._policy.late_fee.after_days + 1)
            days |= {row.due_on + after for row in self._rows}
        return sorted(day for day in days if day <= closed_through)

    def close_day(self, day: date) -> None:
        for row in self._rows:
            if row.due_on == day:
                self._recognise(row, Part.INTEREST, day)
                self._recognise(row, Part.FEE, day)
            if self._is_late_fee_day(row, day):
                self._charge_late_fee(row, day)

    def repay(self, payment: Repayment) -> None:
        left = payment.amount
        allocations: list[Allocation] = []
        postings: list[Posting] = []
        cash = float_account(payment.rail)
        for row in self._rows:
            in_advance = row.due_on > payment.value_on
            for part in self._policy.advance_order if in_advance else self._policy.due_order:
                amount = min(left, row.outstanding(part))
                if amount <= ZERO:
                    continue
                left = left - amount
                row.paid[part] = row.paid[part] + amount
                allocations.append(Allocation(row.n, part, amount, in_advance))
                postings.append(Posting(cash, self._account_to_credit(row, part), amount, row.n))
            if row.settled_on is None and row.outstanding() == ZERO:
                row.settled_on = payment.value_on
        if left > ZERO:
            self._overpaid = self._overpaid + left
            postings.append(Posting(cash, Account.OVERPAYMENT, left))
        self._allocations[payment.key] = tuple(allocations)
        self._journal(payment.key, "repayment", payment.value_on, postings)

    def _account_to_credit(self, row: Instalment, part: Part) -> str:
        """Recognised income is a receivable; what is paid before it is due becomes income when it is received."""
        return _RECEIVABLE[part] if row.recognised.get(part) else _INCOME[part]

    def _recognise(self, row: Instalment, part: Part, day: date) -> None:
        row.recognised[part] = True
        unpaid = row.outstanding(part)
        if unpaid > ZERO:
            posting = Posting(_RECEIVABLE[part], _INCOME[part], unpaid, row.n)
            self._journal(f"{part}:{self._loan_id}:{row.n}", part, day, [posting])

    def _is_late_fee_day(self, row: Instalment, day: date) -> bool:
        rule = self._policy.late_fee
        return rule is not None and row.due_on + timedelta(days=rule.after_days + 1) == day

    def _charge_late_fee(self, row: Instalment, day: date) -> None:
        amount = self._late_fee(row)
        if amount <= ZERO:
            return
        row.due[Part.PENALTY] = row.due[Part.PENALTY] + amount
        row.late_fee_on = day
        row.settled_on = None
        posting = Posting(Account.PENALTY_RECEIVABLE, Account.PENALTY_INCOME, amount, row.n)
        self._journal(f"late_fee:{self._loan_id}:{row.n}", "late_fee", day, [posting])

    def _late_fee(self, row: Instalment) -> Money:
        rule = self._policy.late_fee
        if rule is None:
            return ZERO
        base = row.outstanding(Part.PRINCIPAL, Part.INTEREST) if rule.with_interest else row.outstanding(Part.PRINCIPAL)
        if base <= ZERO:
            return ZERO
        if rule.amount is not None:
            return rule.amount
        return Money.rounded(base.minor * (rule.percent or Decimal(0)) / 100, Rounding.HALF_UP)

    def _journal(self, key: str, kind: str, value_on: date, postings: Sequence[Posting]) -> None:
        self._journals.append(Journal(key, kind, value_on, tuple(postings), self._loan_id))
