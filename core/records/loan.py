"""A loan from offer to end, its Key Fact Statement, its payout and the payments that reached it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from core.errors import DomainError
from core.money import Money, total
from core.records.borrower import Channel
from core.references import Reference


class LoanStatus(StrEnum):
    """Where a loan stands. "In arrears" is derived from its schedule and never stored."""

    OFFERED = "approved"
    ACCEPTED = "accepted"
    DISBURSING = "disbursing"
    ACTIVE = "active"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_L = LoanStatus
LOAN_TRANSITIONS: Final[Mapping[LoanStatus, frozenset[LoanStatus]]] = {
    _L.OFFERED: frozenset({_L.ACCEPTED, _L.DECLINED, _L.EXPIRED}),
    _L.ACCEPTED: frozenset({_L.DISBURSING, _L.CANCELLED, _L.ACTIVE}),
    _L.DISBURSING: frozenset({_L.ACTIVE, _L.ACCEPTED}),
    _L.ACTIVE: frozenset({_L.CLOSED, _L.WRITTEN_OFF, _L.CANCELLED}),
    _L.CLOSED: frozenset({_L.ACTIVE}),
    _L.WRITTEN_OFF: frozenset(),
    _L.DECLINED: frozenset(),
    _L.EXPIRED: frozenset(),
    # A return that is undone, or a payout called failed that reached the borrower after all: the loan is running.
    _L.CANCELLED: frozenset({_L.ACTIVE}),
}


class OfferExpired(DomainError):
    """The offer's last day has passed."""

    code = "offer_expired"


class FiguresChanged(DomainError):
    """The Key Fact Statement accepted is not the one that stands."""

    code = "figures_changed"


class IllegalLoanTransition(DomainError):
    """The loan cannot go from where it stands to there."""

    code = "illegal_loan_transition"


@dataclass(frozen=True, slots=True)
class Loan:
    """An offer and what became of it. `terms` is the contract in the form of `LoanTerms.to_json`."""

    id: UUID
    district: str
    reference: Reference
    application_id: UUID
    borrower_id: UUID
    mfi_id: UUID
    product_id: UUID
    product_version: int
    principal: Money
    terms: Mapping[str, Any]
    status: LoanStatus
    offered_on: date
    offer_expires_on: date
    version: int = 1
    accepted_at: datetime | None = None
    disbursed_on: date | None = None
    closed_on: date | None = None

    def cooling_off_ends_on(self, cooling_off_days: int) -> date | None:
        """The last day on which the cash may be returned; None where nothing was paid out or nothing may be."""
        if self.disbursed_on is None or not cooling_off_days:
            return None
        return self.disbursed_on + timedelta(days=cooling_off_days)

    def check_cancellable_unpaid(self) -> None:
        """Raise `IllegalLoanTransition` unless it is a contract whose money has not left."""
        if self.status is not LoanStatus.ACCEPTED:
            raise IllegalLoanTransition(f"a loan that is {self.status} cannot be cancelled freely")

    def check_transition(self, to: LoanStatus) -> None:
        """Raise `IllegalLoanTransition` unless the machine has that arrow."""
        if to not in LOAN_TRANSITIONS[self.status]:
            raise IllegalLoanTransition(f"a loan that is {self.status} cannot become {to}")


@dataclass(frozen=True, slots=True)
class KeyFactsAccepted:
    """The exact Key Fact Statement that a borrower accepted, kept with the contract."""

    loan_id: UUID
    figures: Mapping[str, Any]
    figures_hash: bytes
    text_version: str
    language: str
    channel: Channel
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class LoanEventRow:
    """Something that happened to a loan, in recording order (`n`). The account is replayed from these alone.

    `value_on` is when it counts, `recorded_at` when it was written. `key` says what it is and is unique.
    """

    loan_id: UUID
    n: int
    kind: str
    value_on: date
    recorded_at: datetime
    business_on: date
    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """An instalment as the borrower and the portal see it. Paid parts are a projection of the loan's events.

    `outstanding` parts are due minus paid minus waived. All in lisente.
    """

    loan_id: UUID
    n: int
    due_on: date
    principal: Money
    interest: Money
    fees: Money
    penalties: Money
    principal_paid: Money
    interest_paid: Money
    fees_paid: Money
    penalties_paid: Money
    waived: Money
    settled_on: date | None

    @property
    def total(self) -> Money:
        """Everything that falls due with this instalment, penalties included."""
        return self.principal + self.interest + self.fees + self.penalties

    @property
    def paid(self) -> Money:
        """Everything paid on it."""
        return self.principal_paid + self.interest_paid + self.fees_paid + self.penalties_paid

    @property
    def outstanding(self) -> Money:
        """What is left to pay on it."""
        return self.total - self.paid - self.waived


@dataclass(frozen=True, slots=True)
class LoanPosition:
    """A loan's balances after its newest event: a projection, proved against the postings by `verify-ledger`.

    `oldest_unpaid_due_on` and `next_due` are of the first instalment with anything outstanding. What is overdue depends
    on the day it is asked for, so it is computed from the instalments and never kept.
    """

    loan_id: UUID
    principal: Money
    interest: Money
    fees: Money
    penalties: Money
    overpaid: Money
    principal_receivable: Money
    interest_receivable: Money
    fee_receivable: Money
    penalty_receivable: Money
    oldest_unpaid_due_on: date | None
    next_due: Money


def overdue(instalments: Iterable[InstalmentRow], on: date) -> Money:
    """What should have been paid before a day and was not."""
    return total(row.outstanding for row in instalments if row.due_on < on)


class PayoutStatus(StrEnum):
    """Where a payout stands. Unknown blocks every retry until reconciled; above limit 2 a manager releases too."""

    AWAITING_SECOND = "awaiting_second"
    QUEUED = "queued"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class PayoutPurpose(StrEnum):
    """Why money leaves: a loan's cash, what a borrower paid too much, or money in suspense that goes back."""

    LOAN = "loan"
    CREDIT = "credit"
    SUSPENSE = "suspense"


@dataclass(frozen=True, slots=True)
class Disbursement:
    """A payout. `reference` is ours and makes the rail's side idempotent; one live payout a loan or refund.

    `loan_id` is None where the money is in suspense: `payment_id` then names the payment that goes back. Since and
    until when a rail has said that it does not know is kept, because only that lets two persons settle it, whose names
    are then in `settled_by_name`. `contradicted_by` is what the rail said after it was settled otherwise.
    """

    id: UUID
    district: str
    loan_id: UUID | None
    mfi_id: UUID
    attempt: int
    rail: str
    reference: str
    wallet: str
    amount: Money
    status: PayoutStatus
    released_by: UUID
    released_by_name: str
    released_at: datetime
    failure_code: str = ""
    rail_reference: str = ""
    settled_at: datetime | None = None
    purpose: PayoutPurpose = PayoutPurpose.LOAN
    payment_id: UUID | None = None
    unknown_since: datetime | None = None
    unknown_until: datetime | None = None
    settled_by_name: str = ""
    contradicted_by: str = ""
    contradicted_at: datetime | None = None

    @property
    def its_loan_id(self) -> UUID:
        """The loan that it is of. Raises `ValueError` for money out of suspense, which is of none."""
        if self.loan_id is None:
            raise ValueError(f"{self.reference} is of no loan")
        return self.loan_id

    @property
    def subject_id(self) -> UUID:
        """What it pays: the payment that goes back, else the loan."""
        return self.payment_id or self.its_loan_id


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that a rail says arrived, and where it was put. `assignment` counts how often it was assigned."""

    id: UUID
    district: str
    mfi_id: UUID
    rail: str
    rail_reference: str
    assignment: int
    receipt: Reference
    amount: Money
    payer: str
    account: str
    paid_at: datetime
    value_on: date
    recorded_at: datetime
    loan_id: UUID | None
    borrower_id: UUID | None
    status: str

    @property
    def its_loan_id(self) -> UUID:
        """The loan that it was posted to. Raises `ValueError` for one in suspense, which is on none."""
        if self.loan_id is None:
            raise ValueError(f"{self.receipt} is on no loan")
        return self.loan_id
