"""`core.ports.reads.PortalReads` on PostgreSQL: each list is a module beside this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import Field, replace
from typing import Any, ClassVar, Final, Protocol, TypeVar
from uuid import UUID

from core.ports.environment import KeyedHash
from core.ports.reads import (
    AuditRow,
    ComplaintPage,
    DashboardFigures,
    DisbursementPage,
    DisbursementRow,
    FloatPage,
    IdentityCasePage,
    IdentityChangePage,
    LoanPage,
    PaymentPage,
    PaymentRow,
    PayoutFilter,
    ProposalPage,
    QueueFilter,
    QueuePage,
    SearchHit,
)
from core.ports.record import DistrictDown
from core.records.complaint import ComplaintStatus
from core.records.identity import CaseStatus
from core.references import Reference
from storage.postgres.reads.asking import Asking, over_districts, statement
from storage.postgres.reads.complaints import complaint_page
from storage.postgres.reads.dashboard import figures
from storage.postgres.reads.floats import float_page
from storage.postgres.reads.identities import case_page, change_page
from storage.postgres.reads.loans import loan_page
from storage.postgres.reads.payments import payment_of_receipt, payment_page
from storage.postgres.reads.payouts import disbursement_page, loan_to_release, payout_to_confirm
from storage.postgres.reads.proposals import proposal_count, proposal_page
from storage.postgres.reads.queue import queue_page
from storage.postgres.reads.search import search_hits
from storage.postgres.record.plane import RecordOnPostgres

AUDIT_MOST: Final = 200

_AUDIT: Final = statement("""
    select e.at, e.actor_name, e.action, e.subject, e.district from record.audit_entries e
    where e.district = any(:districts) and e.mfi_id = :mfi_id and e.subject = :subject
    order by e.at desc, e.id desc
    limit :limit
""")


class _Page(Protocol):
    """A frozen dataclass, as every page of a list is, with `missing_districts`: what `replace` takes."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


PageT = TypeVar("PageT", bound=_Page)
FoundT = TypeVar("FoundT")


class PortalReadsOnPostgres:
    """The portal's lists, over the connections of the record plane."""

    def __init__(self, record: RecordOnPostgres, keyed_hash: KeyedHash) -> None:
        self._record = record
        self._keyed_hash = keyed_hash

    async def queue(self, mfi_id: UUID, districts: Sequence[str], wanted: QueueFilter) -> QueuePage:
        asked = [code for code in districts if wanted.district in (None, code)]
        return await self._listed(mfi_id, asked, lambda asking: queue_page(asking, wanted))

    async def disbursements(self, mfi_id: UUID, districts: Sequence[str], wanted: PayoutFilter) -> DisbursementPage:
        return await self._listed(mfi_id, districts, lambda asking: disbursement_page(asking, wanted))

    async def loan_to_release(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        return await self._one(mfi_id, reference, loan_to_release)

    async def payout_to_confirm(self, mfi_id: UUID, reference: Reference) -> DisbursementRow | None:
        return await self._one(mfi_id, reference, payout_to_confirm)

    async def payments(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> PaymentPage:
        return await self._listed(
            mfi_id, districts, lambda asking: payment_page(asking, status=status, page=page, page_size=page_size)
        )

    async def payment(self, mfi_id: UUID, receipt: Reference) -> PaymentRow | None:
        return await self._one(mfi_id, receipt, payment_of_receipt)

    async def floats(self, mfi_id: UUID, districts: Sequence[str]) -> FloatPage:
        rails = list((await self._record.catalogue()).mfi(mfi_id).rail_accounts)
        return await self._listed(mfi_id, districts, lambda asking: float_page(asking, rails))

    async def proposals(self, mfi_id: UUID, districts: Sequence[str], *, page: int, page_size: int) -> ProposalPage:
        return await self._listed(
            mfi_id, districts, lambda asking: proposal_page(asking, page=page, page_size=page_size)
        )

    async def count_proposals(self, mfi_id: UUID, districts: Sequence[str]) -> int | None:
        try:
            async with self._record.connected() as connection:
                return await proposal_count(Asking(connection, mfi_id, districts))
        except DistrictDown:
            return None

    async def loans(
        self, mfi_id: UUID, districts: Sequence[str], *, status: str | None, page: int, page_size: int
    ) -> LoanPage:
        return await self._listed(
            mfi_id, districts, lambda asking: loan_page(asking, status=status, page=page, page_size=page_size)
        )

    async def complaints(
        self, mfi_id: UUID, districts: Sequence[str], *, status: ComplaintStatus, page: int, page_size: int
    ) -> ComplaintPage:
        return await self._listed(
            mfi_id, districts, lambda asking: complaint_page(asking, status=status, page=page, page_size=page_size)
        )

    async def identity_cases(
        self, mfi_id: UUID, districts: Sequence[str], *, status: CaseStatus, page: int, page_size: int
    ) -> IdentityCasePage:
        return await self._listed(
            mfi_id, districts, lambda asking: case_page(asking, status=status, page=page, page_size=page_size)
        )

    async def identity_changes(self, mfi_id: UUID, districts: Sequence[str]) -> IdentityChangePage:
        return await self._listed(mfi_id, districts, change_page)

    async def dashboard(self, mfi_id: UUID, districts: Sequence[str]) -> DashboardFigures:
        mfi = (await self._record.catalogue()).mfi(mfi_id)
        return await self._listed(mfi_id, districts, lambda asking: figures(asking, mfi))

    async def search(self, mfi_id: UUID, districts: Sequence[str], text: str, limit: int) -> Sequence[SearchHit]:
        hits, _missing = await over_districts(
            self._record, mfi_id, districts, lambda asking: search_hits(asking, self._keyed_hash, text, limit)
        )
        return hits

    async def audit_trail(self, mfi_id: UUID, districts: Sequence[str], subject: str) -> Sequence[AuditRow]:
        async def entries(asking: Asking) -> Sequence[AuditRow]:
            rows = await asking.rows(_AUDIT, subject=subject, limit=AUDIT_MOST)
            return [AuditRow(row.at, row.actor_name, row.action, row.subject, row.district) for row in rows]

        found, _missing = await over_districts(self._record, mfi_id, districts, entries)
        return found

    async def _one(
        self, mfi_id: UUID, reference: Reference, ask: Callable[[Asking, Reference], Awaitable[FoundT]]
    ) -> FoundT:
        """What has this number, asked of the one district that it names."""
        district = (await self._record.catalogue()).district_of_cell(reference.cell_number)
        found, _none_missing = await over_districts(
            self._record, mfi_id, [district.code], lambda asking: ask(asking, reference)
        )
        return found

    async def _listed(self, mfi_id: UUID, districts: Sequence[str], ask: Callable[[Asking], Awaitable[PageT]]) -> PageT:
        """A page over several districts, which says those whose node did not answer."""
        page, missing = await over_districts(self._record, mfi_id, districts, ask)
        return replace(page, missing_districts=missing)
