"""The port itself: every question that a page of the portal asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.ports.reads.audit import AuditRow
from core.ports.reads.complaints import ComplaintPage
from core.ports.reads.dashboard import DashboardFigures
from core.ports.reads.floats import FloatPage
from core.ports.reads.identities import IdentityCasePage, IdentityChangePage
from core.ports.reads.loans import LoanPage
from core.ports.reads.payments import PaymentPage, PaymentRow
from core.ports.reads.payouts import DisbursementPage, DisbursementRow, PayoutFilter
from core.ports.reads.proposals import ProposalPage
from core.ports.reads.queue import QueueFilter, QueuePage
from core.ports.reads.search import SearchHit
from core.records.complaint import ComplaintStatus
from core.records.identity import CaseStatus
from core.references import Reference


class PortalReads(Protocol):
    """The portal's lists."""

    async def queue(self, mfi_id: UUID, districts: Sequence[str], wanted: QueueFilter) -> QueuePage: ...

    async def disbursements(self, mfi_id: UUID, districts: Sequence[str], wanted: PayoutFilter) -> DisbursementPage: ...

    async def loan_to_release(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        """The accepted loan with this number, however long the list is; None when none of the lender's waits so."""
        ...

    async def payout_to_confirm(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        """The payout of the loan with this number that waits for its second person; None when there is none."""
        ...

    async def payments(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> PaymentPage: ...

    async def payment(self, mfi_id: UUID, receipt: Reference) -> PaymentRow | None:
        """The payment with this receipt number; None when there is none, or it is another lender's."""
        ...

    async def floats(self, mfi_id: UUID, districts: Sequence[str]) -> FloatPage:
        """The float of each of the lender's rails in each district, empty ones too."""
        ...

    async def proposals(self, mfi_id: UUID, districts: Sequence[str], *, page: int, page_size: int) -> ProposalPage: ...

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
