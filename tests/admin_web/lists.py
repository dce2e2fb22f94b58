"""The portal's lists with whatever rows a test puts into them; remembers which MFI and districts were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from core.calendar import PeriodUnit
from core.money import ZERO, Money
from core.ports.reads import (
    ComplaintPage,
    DashboardFigures,
    DisbursementPage,
    DisbursementRow,
    FloatPage,
    FloatRow,
    IdentityCasePage,
    IdentityChangePage,
    LoanPage,
    LoanRow,
    PaymentPage,
    PaymentRow,
    PayoutFilter,
    ProposalPage,
    ProposalRow,
    QueueFilter,
    QueuePage,
    QueueRow,
    SearchHit,
)
from core.records.application import ApplicationStatus
from core.records.borrower import Channel
from core.records.complaint import ComplaintStatus
from core.records.identity import CaseStatus
from core.records.loan import Loan, LoanStatus, Payment, PayoutStatus
from core.records.proposal import ProposalKind
from core.references import Reference
from tests.admin_web.world import BUSINESS_ON, NOW

_digits = iter(range(1_000_000, 9_999_999, 7_919))


def a_reference(cell: int = 10) -> Reference:
    return Reference.make(cell, lambda _: next(_digits))


def queue_row(**changes: Any) -> QueueRow:
    row = QueueRow(
        reference=a_reference(),
        district="LS-A",
        borrower_name="Palesa Mokoena",
        amount=Money.of(3_000),
        periods=6,
        period_unit=PeriodUnit.MONTH,
        period_every=1,
        product_names={"en": "Thuso loan", "st_LS": "Kalimo ea Thuso"},
        status=ApplicationStatus.SUBMITTED,
        channel=Channel.USSD,
        submitted_at=NOW,
        score=561,
        band="medium",
        risk="high",
    )
    return replace(row, **changes)


def payout_row(loan: Loan | None = None, **changes: Any) -> DisbursementRow:
    row = DisbursementRow(
        loan_reference=loan.reference if loan else a_reference(),
        district="LS-A",
        borrower_name="Palesa Mokoena",
        principal=loan.principal if loan else Money.of(3_000),
        cash=Money.of(2_910),
        wallet_masked="+266 ••••• 234",
        accepted_at=NOW,
        identity_checked=True,
        loan_status=LoanStatus.ACCEPTED,
        loan_version=loan.version if loan else 2,
        payout_status=None,
        payout_reference="",
        failure_code="",
        released_by_name="",
    )
    return replace(row, **changes)


def payment_row(of: Payment | None = None, **changes: Any) -> PaymentRow:
    row = PaymentRow(
        receipt=a_reference(),
        district="LS-A",
        rail="simulated",
        rail_reference="QHG7812XX",
        amount=Money.of("1250.50"),
        payer_masked="+266 ••••• 771",
        account="school fees",
        paid_at=NOW,
        status="suspense",
        loan_reference=None,
        borrower_name=None,
    )
    if of is not None:
        changes |= {name: getattr(of, name) for name in ("receipt", "rail_reference", "amount", "account", "status")}
    return replace(row, **changes)


def float_row(**changes: Any) -> FloatRow:
    return replace(FloatRow("LS-A", "simulated", Money.of(100_000), Money.of(12_000)), **changes)


def proposal_row(**changes: Any) -> ProposalRow:
    row = ProposalRow(
        id=uuid4(),
        district="LS-A",
        kind=ProposalKind.WAIVE,
        loan_reference=a_reference(),
        borrower_name="Palesa Mokoena",
        rail="",
        amount=Money.of(50),
        reason="The rail was down that day.",
        made_by=uuid4(),
        made_by_name="Cashier of Khotso",
        made_at=NOW,
    )
    return replace(row, **changes)


def loan_row(**changes: Any) -> LoanRow:
    row = LoanRow(
        reference=a_reference(),
        district="LS-A",
        borrower_name="Palesa Mokoena",
        status=LoanStatus.ACTIVE,
        principal=Money.of(3_000),
        outstanding=Money.of("3322.76"),
        overdue=ZERO,
        days_past_due=0,
        next_due_on=date(2026, 12, 23),
        next_due=Money.of("553.79"),
    )
    return replace(row, **changes)


def empty_figures() -> DashboardFigures:
    return DashboardFigures(
        business_on=BUSINESS_ON,
        districts=(),
        active_loans=0,
        gross_principal=ZERO,
        par={1: ZERO, 30: ZERO, 60: ZERO, 90: ZERO},
        overdue=ZERO,
        overdue_principal=ZERO,
        buckets=(),
        applications={},
        decided=0,
        decided_within_48_hours=0,
        decision_hours_p50=None,
        decision_hours_p90=None,
        disbursed_this_month=ZERO,
        collected_this_month=ZERO,
        due_this_month=ZERO,
        float_balance=ZERO,
        suspense_balance=ZERO,
        missing_districts=(),
    )


@dataclass
class Lists:
    """`core.ports.reads.PortalReads`, canned."""

    queue_page: QueuePage = field(default_factory=lambda: QueuePage((), 0, {}, ()))
    payouts: DisbursementPage = field(default_factory=lambda: DisbursementPage((), (), (), (), ()))
    beyond: Sequence[DisbursementRow] = ()
    """Payouts that stand on a later page of their list."""
    payment_page: PaymentPage = field(default_factory=lambda: PaymentPage((), 0, ()))
    float_page: FloatPage = field(default_factory=lambda: FloatPage((float_row(),), ()))
    proposal_page: ProposalPage = field(default_factory=lambda: ProposalPage((), 0, ()))
    pending: int | None = 0
    complaint_page: ComplaintPage = field(default_factory=lambda: ComplaintPage((), 0, ()))
    case_page: IdentityCasePage = field(default_factory=lambda: IdentityCasePage((), 0, ()))
    change_page: IdentityChangePage = field(default_factory=lambda: IdentityChangePage((), ()))
    loan_page: LoanPage = field(default_factory=lambda: LoanPage((), 0, ()))
    figures: DashboardFigures = field(default_factory=empty_figures)
    hits: Sequence[SearchHit] = ()
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def last_mfi(self) -> UUID:
        asked: UUID = self.asked[-1][0]
        return asked

    @property
    def last_districts(self) -> Sequence[str]:
        asked: Sequence[str] = self.asked[-1][1]
        return asked

    async def queue(self, mfi_id: UUID, districts: Sequence[str], wanted: QueueFilter) -> QueuePage:
        self.asked.append((mfi_id, districts, wanted))
        return self.queue_page

    async def disbursements(self, mfi_id: UUID, districts: Sequence[str], wanted: PayoutFilter) -> DisbursementPage:
        self.asked.append((mfi_id, districts, wanted))
        return self.payouts

    async def loan_to_release(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        self.asked.append((mfi_id, reference))
        rows = [
            row
            for row in (*self.payouts.waiting, *self.beyond)
            if row.payout_status is not PayoutStatus.AWAITING_SECOND
        ]
        return next((row for row in rows if row.loan_reference == reference), None)

    async def payout_to_confirm(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        self.asked.append((mfi_id, reference))
        rows = [
            row for row in (*self.payouts.second, *self.beyond) if row.payout_status is PayoutStatus.AWAITING_SECOND
        ]
        return next((row for row in rows if row.loan_reference == reference), None)

    async def payments(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> PaymentPage:
        self.asked.append((mfi_id, districts, status, page))
        return self.payment_page

    async def payment(self, mfi_id: UUID, receipt: Reference) -> PaymentRow | None:
        self.asked.append((mfi_id, receipt))
        return next((row for row in self.payment_page.rows if row.receipt == receipt), None)

    async def floats(self, mfi_id: UUID, districts: Sequence[str]) -> FloatPage:
        self.asked.append((mfi_id, districts))
        return self.float_page

    async def proposals(self, mfi_id: UUID, districts: Sequence[str], *, page: int, page_size: int) -> ProposalPage:
        self.asked.append((mfi_id, districts, page))
        return self.proposal_page

    async def count_proposals(self, mfi_id: UUID, districts: Sequence[str]) -> int | None:
        """Every page asks this, so it is not noted."""
        return self.pending

    async def loans(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> LoanPage:
        self.asked.append((mfi_id, districts, status, page))
        return self.loan_page

    async def complaints(
        self, mfi_id: UUID, districts: Sequence[str], *, status: ComplaintStatus, page: int, page_size: int
    ) -> ComplaintPage:
        self.asked.append((mfi_id, districts, status, page))
        return self.complaint_page

    async def identity_cases(
        self, mfi_id: UUID, districts: Sequence[str], *, status: CaseStatus, page: int, page_size: int
    ) -> IdentityCasePage:
        self.asked.append((mfi_id, districts, status, page))
        return self.case_page

    async def identity_changes(self, mfi_id: UUID, districts: Sequence[str]) -> IdentityChangePage:
        self.asked.append((mfi_id, districts))
        return self.change_page

    async def dashboard(self, mfi_id: UUID, districts: Sequence[str]) -> DashboardFigures:
        self.asked.append((mfi_id, districts))
        return self.figures

    async def search(self, mfi_id: UUID, districts: Sequence[str], text: str, limit: int) -> Sequence[SearchHit]:
        self.asked.append((mfi_id, districts, text, limit))
        return self.hits
