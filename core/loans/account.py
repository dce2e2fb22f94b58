"""A loan's account, replayed from what happened to it: the only place where money is allocated.

Events count on their value date, and on one day in the order in which they were recorded; the day's close comes last.
Arrival order therefore does not matter for the result, and a backdated payment simply lands where it belongs: a late
fee that no longer applies is not in the replay, and the ledger receives the difference as a mirror journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from core.ledger.journals import Journal
from core.ledger.loan_journals import loan_journals
from core.loans.arrears import bucket, days_past_due
from core.loans.events import (
    Charge,
    CoolingOffReturn,
    Disbursed,
    Event,
    Payoff,
    Refund,
    Repayment,
    Reversal,
    ValueDated,
    Waiver,
    WriteOff,
)
from core.loans.obligations import Obligation, Origin, Row
from core.loans.parts import DEFAULT_ORDER, Part, Split
from core.loans.payoff import PayoffQuote, quote_of_lines
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.replaying import run_through
from core.loans.running import RunningLoan
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms
from core.loans.transactions import MONEY_RECEIVED, Allocation, Recognised, Transaction, TransactionKind
from core.money import ZERO, Money, total

__all__ = [
    "DEFAULT_ORDER",
    "AccountStatus",
    "Allocation",
    "Cap",
    "Charge",
    "CoolingOffReturn",
    "Disbursed",
    "Event",
    "Instalment",
    "LateFeeRule",
    "LoanAccount",
    "Part",
    "Payoff",
    "PayoffInterest",
    "PayoffQuote",
    "Policy",
    "Refund",
    "Repayment",
    "Reversal",
    "Split",
    "Transaction",
    "TransactionKind",
    "Waiver",
    "WriteOff",
    "payoff_quote",
    "replay",
]


class AccountStatus(StrEnum):
    """Where an account stands. In arrears is derived: see `LoanAccount.days_past_due`."""

    PENDING = "pending"
    ACTIVE = "active"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Instalment:
    """An instalment by part. Outstanding is due minus paid, waived and written off; `receivable` what of it is booked.

    `balance` is the scheduled principal after it; `settled_on` the day on which nothing was left of it.
    """

    n: int
    due_on: date
    due: Mapping[Part, Money]
    paid: Mapping[Part, Money]
    waived: Mapping[Part, Money]
    written_off: Mapping[Part, Money]
    receivable: Mapping[Part, Money]
    balance: Money
    paid_in_advance: Money
    paid_late: Money
    late_fee_on: date | None
    settled_on: date | None

    def outstanding(self, *parts: Part) -> Money:
        """What is left to pay, of these parts or of all."""
        return total(
            self.due[part] - self.paid[part] - self.waived[part] - self.written_off[part]
            for part in (parts or tuple(Part))
        )


@dataclass(frozen=True, slots=True)
class LoanAccount:
    """Where a loan stands after its events and closes, with the journals that say so.

    `last_event_on` leaves charges out: one may fall due on a day to come.
    """

    terms: LoanTerms
    instalments: tuple[Instalment, ...]
    transactions: tuple[Transaction, ...]
    overpaid: Money
    recovered: Money
    written_off_on: date | None
    journals: tuple[Journal, ...]
    last_event_on: date
    returned_on: date | None = None

    @property
    def allocations(self) -> dict[str, tuple[Allocation, ...]]:
        """What each payment paid, by its key."""
        return {
            transaction.key: transaction.allocations
            for transaction in self.transactions
            if transaction.kind in MONEY_RECEIVED
        }

    def transaction(self, key: str) -> Transaction | None:
        """What the event of a key came to; None where the replay has none (it was reversed, or is no transaction)."""
        return next((transaction for transaction in self.transactions if transaction.key == key), None)

    def outstanding(self, *parts: Part) -> Money:
        """What is left to pay over the whole schedule."""
        return total(row.outstanding(*parts) for row in self.instalments)

    def receivable(self, part: Part) -> Money:
        """What is left to pay of what is in the books: the balance of its receivable account."""
        return total(row.receivable[part] for row in self.instalments)

    @property
    def outstanding_split(self) -> Split:
        """What is left to pay, by part."""
        return Split.of((part, self.outstanding(part)) for part in Part)

    @property
    def is_settled(self) -> bool:
        """Nothing at all is left to pay."""
        return self.outstanding() == ZERO

    @property
    def status(self) -> AccountStatus:
        """A written-off loan stays so, and one whose cash was returned; any other closes when nothing is left."""
        if self.written_off_on is not None:
            return AccountStatus.WRITTEN_OFF
        if self.returned_on is not None:
            return AccountStatus.CANCELLED
        return AccountStatus.CLOSED if self.is_settled else AccountStatus.ACTIVE

    @property
    def first_unsettled(self) -> Instalment | None:
        """The oldest instalment with anything left to pay."""
        return next((row for row in self.instalments if row.outstanding() > ZERO), None)

    def due_by(self, on: date) -> Money:
        """What has to be paid to be on schedule on a day: all that is due on it or earlier."""
        return total(row.outstanding() for row in self.instalments if row.due_on <= on)

    def days_past_due(self, on: date) -> int:
        """How late the loan is on a day. It is cured only when nothing is past due."""
        first = self.first_unsettled
        return days_past_due(first.due_on if first else None, on)

    def bucket(self, on: date) -> str:
        """The arrears bucket on a day."""
        return bucket(self.days_past_due(on))


def replay(
    loan_id: UUID,
    terms: LoanTerms,
    policy: Policy,
    disbursed: Disbursed,
    events: Iterable[Event],
    *,
    closed_through: date,
    as_of: date | None = None,
) -> LoanAccount:
    """Compute a loan's account from its events, with every day closed up to and with `closed_through`.

    Interest runs to `as_of` (the last day closed, where it is not given), and always to the last event.
    """
    live = live_events(events)
    until = as_of or closed_through
    run = run_through(schedule(terms), policy, disbursed, live, closed_through=closed_through, until=until)
    transactions = transactions_of(run, disbursed)
    return LoanAccount(
        terms=terms,
        instalments=tuple(_instalment(row) for row in run.rows),
        transactions=transactions,
        overpaid=run.overpaid,
        recovered=run.recovered,
        written_off_on=run.written_off_on,
        journals=loan_journals(loan_id, terms, transactions, recognised_of(run)),
        returned_on=run.returned_on,
        last_event_on=max(
            (event.value_on for event in live if not isinstance(event, Charge)), default=disbursed.value_on
        ),
    )


def payoff_quote(
    terms: LoanTerms,
    policy: Policy,
    disbursed: Disbursed,
    events: Iterable[Event],
    *,
    closed_through: date,
    on: date,
) -> PayoffQuote:
    """What settles the loan on a day that is not before its last event. Nothing, once it is closed or written off."""
    live = live_events(events)
    run = run_through(schedule(terms), policy, disbursed, live, closed_through=closed_through, until=on)
    return quote_of_lines(run.payoff(), run.today)


def live_events(events: Iterable[Event]) -> list[ValueDated]:
    """The events that stand: neither reversed nor reversals."""
    known = list(events)
    reversed_keys = {event.target for event in known if isinstance(event, Reversal)}
    return [event for event in known if not isinstance(event, Reversal) and event.key not in reversed_keys]


def transactions_of(run: RunningLoan, disbursed: Disbursed) -> tuple[Transaction, ...]:
    """All that a replay came to, the payout first."""
    return (_disbursement(run.plan.terms, disbursed), *run.transactions)


def recognised_of(run: RunningLoan) -> tuple[Recognised, ...]:
    """The income that the closes of a replay put into the books, by instalment."""
    return tuple(_recognised(row) for row in run.rows if row.recognised)


def _disbursement(terms: LoanTerms, disbursed: Disbursed) -> Transaction:
    return Transaction(
        key=disbursed.key,
        kind=TransactionKind.DISBURSEMENT,
        value_on=disbursed.value_on,
        amount=terms.principal,
        allocations=(),
        principal_after=terms.principal,
        money_account=disbursed.money_account,
    )


def _recognised(row: Row) -> Recognised:
    booked = [(item.part, item.amount - item.direct) for item in row.obligations if item.origin is Origin.SCHEDULE]
    split = Split.of(booked)
    return Recognised(row.n, row.due_on, split.interest, split.fees)


def _instalment(row: Row) -> Instalment:
    return Instalment(
        n=row.n,
        due_on=row.due_on,
        due=_by_part(row, lambda item: item.amount),
        paid=_by_part(row, lambda item: item.paid),
        waived=_by_part(row, lambda item: item.waived),
        written_off=_by_part(row, lambda item: item.written_off),
        receivable=_by_part(row, lambda item: item.receivable),
        balance=row.balance,
        paid_in_advance=row.paid_in_advance,
        paid_late=row.paid_late,
        late_fee_on=row.late_fee_on,
        settled_on=row.settled_on,
    )


def _by_part(row: Row, amount_of: Callable[[Obligation], Money]) -> dict[Part, Money]:
    return {part: total(amount_of(item) for item in row.of(part)) for part in Part}
