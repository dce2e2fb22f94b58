"""What the portal's lists show: typed rows for one MFI, over districts that are named, read without taking locks.

Every method takes the MFI from the signed-in actor; there is no way to ask without one. Money is in lisente. Lists
that cross districts return `missing_districts`: those whose node did not answer, so that the page can say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from core.calendar import PeriodUnit
from core.money import Money
from core.records.application import ApplicationStatus
from core.records.borrower import Channel
from core.records.complaint import ComplaintKind, ComplaintStatus
from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus
from core.records.loan import LoanStatus, PayoutPurpose, PayoutStatus
from core.records.proposal import ProposalKind
from core.references import Reference


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. `tab` is one of new, in_review, returned, second_approval; oldest first by default."""

    tab: str = "new"
    district: str | None = None
    risk: str | None = None
    sort: str = "submitted"
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An application as a line of the queue."""

    reference: Reference
    district: str
    borrower_name: str
    amount: Money
    periods: int
    period_unit: PeriodUnit
    period_every: int
    product_names: Mapping[str, str]
    status: ApplicationStatus
    channel: Channel
    submitted_at: datetime
    score: int | None
    band: str | None
    risk: str | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, with the count of every tab."""

    rows: Sequence[QueueRow]
    total: int
    counts: dict[str, int]
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class DisbursementRow:
    """An accepted loan that waits for its money, or a payout under way.

    `wallet_waits_until` and `pin_waits_until`: the last cool-down after a change of each, also one that is over.
    `wallet_is_anothers`: when it was chosen, the number was another borrower's registered phone.
    """

    loan_reference: Reference
    district: str
    borrower_name: str
    principal: Money
    cash: Money
    wallet_masked: str
    accepted_at: datetime
    identity_checked: bool
    loan_status: LoanStatus
    loan_version: int
    payout_status: PayoutStatus | None
    payout_reference: str
    failure_code: str
    released_by_name: str
    unknown_since: datetime | None = None
    unknown_until: datetime | None = None
    settled_by_name: str = ""
    contradicted_by: str = ""
    wallet_waits_until: datetime | None = None
    pin_waits_until: datetime | None = None
    wallet_is_anothers: bool = False

    def is_cooling_down(self, now: datetime) -> bool:
        """Whether no payout of the borrower is released now."""
        return any(until is not None and until > now for until in (self.wallet_waits_until, self.pin_waits_until))


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money that goes back, or went: of a loan's credit, or of a payment that was in suspense.

    `subject` is the loan's number, or the payment's receipt, whose payer may be nobody's borrower.
    """

    purpose: PayoutPurpose
    subject: Reference
    district: str
    borrower_name: str | None
    amount: Money
    wallet_masked: str
    released_at: datetime
    released_by_name: str
    payout_status: PayoutStatus
    payout_reference: str
    failure_code: str
    unknown_since: datetime | None = None
    unknown_until: datetime | None = None
    settled_by_name: str = ""
    contradicted_by: str = ""


@dataclass(frozen=True, slots=True)
class DisbursementPage:
    """Loans to pay out, oldest first, payouts that a rail has not answered for, and refunds, newest first."""

    waiting: Sequence[DisbursementRow]
    under_way: Sequence[DisbursementRow]
    recent: Sequence[DisbursementRow]
    missing_districts: Sequence[str]
    refunds: Sequence[RefundRow] = ()


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment that arrived."""

    receipt: Reference
    district: str
    rail: str
    rail_reference: str
    amount: Money
    payer_masked: str
    account: str
    paid_at: datetime
    status: str
    loan_reference: Reference | None
    borrower_name: str | None


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Payments, newest first."""

    rows: Sequence[PaymentRow]
    total: int
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class FloatRow:
    """A lender's money on a rail in one district: what it holds, and what payouts under way may still take."""

    district: str
    rail: str
    held: Money
    reserved: Money


@dataclass(frozen=True, slots=True)
class RailChargeRow:
    """What a rail took of a lender's float for itself. `reference` is the rail's own number, in capitals."""

    district: str
    rail: str
    reference: str
    amount: Money
    charged_on: date


@dataclass(frozen=True, slots=True)
class FloatPage:
    """Floats, by district and rail, and the newest of what rails have taken of them."""

    rows: Sequence[FloatRow]
    missing_districts: Sequence[str]
    charges: Sequence[RailChargeRow] = ()


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A change that waits for its second person.

    `borrower_name` is None where the change is about no loan, or about a loan of another district. `amount` is None
    where the change names none (a write-off).
    """

    id: UUID
    district: str
    kind: ProposalKind
    loan_reference: Reference | None
    borrower_name: str | None
    rail: str
    amount: Money | None
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime
    payout: str = ""
    payment: str = ""


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """Pending changes, oldest first."""

    rows: Sequence[ProposalRow]
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A loan as a line of the list."""

    reference: Reference
    district: str
    borrower_name: str
    status: LoanStatus
    principal: Money
    outstanding: Money
    overdue: Money
    days_past_due: int
    next_due_on: date | None
    next_due: Money


@dataclass(frozen=True, slots=True)
class LoanPage:
    """Loans, the latest in arrears first."""

    rows: Sequence[LoanRow]
    total: int
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class ArrearsBucket:
    """Loans whose oldest unpaid instalment is this many days late."""

    name: str
    loans: int
    principal: Money


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    """The portfolio of an MFI on its business dates. Definitions are printed beside the figures.

    `par` maps N to the outstanding principal of loans with any instalment more than N days late; divide by
    `gross_principal` for the ratio. `overdue_principal` is the arrears rate's numerator; `overdue` has interest, fees
    and penalties too.
    """

    business_on: date
    districts: Sequence[str]
    active_loans: int
    gross_principal: Money
    par: dict[int, Money]
    overdue: Money
    overdue_principal: Money
    buckets: Sequence[ArrearsBucket]
    applications: dict[str, int]
    decided: int
    decided_within_48_hours: int
    decision_hours_p50: Decimal | None
    decision_hours_p90: Decimal | None
    disbursed_this_month: Money
    collected_this_month: Money
    due_this_month: Money
    float_balance: Money
    suspense_balance: Money
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint as a line of the list. `is_overdue`: no answer yet, and its day has passed."""

    reference: Reference
    district: str
    borrower_name: str
    kind: ComplaintKind
    status: ComplaintStatus
    opened_at: datetime
    due_on: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """Complaints that stand alike, the one due first on top."""

    rows: Sequence[ComplaintRow]
    total: int
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class IdentityCaseRow:
    """An identity that came from another phone, as a line of the list. `caller_name` is what the caller typed."""

    id: UUID
    district: str
    borrower_name: str
    caller_name: str
    caller_masked: str
    status: CaseStatus
    outcome: CaseOutcome | None
    opened_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class IdentityCasePage:
    """Cases that stand alike: what waits longest on top, of what is closed the newest."""

    rows: Sequence[IdentityCaseRow]
    total: int
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class IdentityChangeRow:
    """A new number or a corrected ID that is not finished."""

    id: UUID
    district: str
    borrower_name: str
    kind: ChangeKind
    status: ChangeStatus
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityChangePage:
    """All of those, oldest first."""

    rows: Sequence[IdentityChangeRow]
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that a search found: a borrower, an application or a loan of this MFI."""

    kind: str
    reference: Reference
    district: str
    borrower_name: str
    status: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the audit trail."""

    at: datetime
    actor_name: str
    action: str
    subject: str
    district: str


class PortalReads(Protocol):
    """The portal's lists."""

    async def queue(self, mfi_id: UUID, districts: Sequence[str], wanted: QueueFilter) -> QueuePage: ...

    async def disbursements(self, mfi_id: UUID, districts: Sequence[str]) -> DisbursementPage: ...

    async def payments(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> PaymentPage: ...

    async def payment(self, mfi_id: UUID, receipt: Reference) -> PaymentRow | None:
        """The payment with this receipt number; None when there is none, or it is another lender's."""
        ...

    async def floats(self, mfi_id: UUID, districts: Sequence[str]) -> FloatPage:
        """The float of each of the lender's rails in each district, empty ones too."""
        ...

    async def proposals(self, mfi_id: UUID, districts: Sequence[str]) -> ProposalPage: ...

    async def count_proposals(self, mfi_id: UUID, districts: Sequence[str]) -> int | None:
        """How many are pending: one quick question for every page; None while any of the districts is silent."""
        ...

    async def loans(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> LoanPage: ...

    async def complaints(
        self, mfi_id: UUID, districts: Sequence[str], *, status: ComplaintStatus, page: int, page_size: int
    ) -> ComplaintPage: ...

    async def identity_cases(
        self, mfi_id: UUID, districts: Sequence[str], *, status: CaseStatus, page: int, page_size: int
    ) -> IdentityCasePage: ...

    async def identity_changes(self, mfi_id: UUID, districts: Sequence[str]) -> IdentityChangePage: ...

    async def dashboard(self, mfi_id: UUID, districts: Sequence[str]) -> DashboardFigures: ...

    async def search(self, mfi_id: UUID, districts: Sequence[str], text: str, limit: int) -> Sequence[SearchHit]:
        """By reference, phone number in any form, national ID (exact) or the beginning of a name."""
        ...

    async def audit_trail(self, mfi_id: UUID, districts: Sequence[str], subject: str) -> Sequence[AuditRow]:
        """What was done to one thing, newest first."""
        ...
