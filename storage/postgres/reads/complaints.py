"""Complaints about the lender, the one that is due first on top."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.ports.reads import ComplaintPage, ComplaintRow
from core.records.complaint import ComplaintKind, ComplaintStatus
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement

_COUNT: Final = statement("""
    select count(*) as complaints from record.complaints c
    where c.district = any(:districts) and c.mfi_id = :mfi_id and c.status = :status
""")

_PAGE: Final = statement("""
    with page as materialized (
        select c.reference, c.district, c.kind, c.status, c.opened_at, c.due_on, c.borrower_id
        from record.complaints c
        where c.district = any(:districts) and c.mfi_id = :mfi_id and c.status = :status
        order by c.due_on, c.reference
        limit :limit offset :offset
    )
    select page.*, b.given_names || ' ' || b.surname as borrower_name, d.business_on
    from page
    join record.borrowers b on b.district = any(:districts) and b.district = page.district and b.id = page.borrower_id
    left join record.district_days d on d.district = any(:districts) and d.district = page.district
        and d.closed_at is null
    order by page.due_on, page.reference
""")


async def complaint_page(asking: Asking, *, status: ComplaintStatus, page: int, page_size: int) -> ComplaintPage:
    """One page of those that stand so."""
    total = (await asking.row(_COUNT, status=status.value)).complaints
    rows = await asking.rows(_PAGE, status=status.value, limit=page_size, offset=(page - 1) * page_size)
    return ComplaintPage(rows=[_row(row) for row in rows], total=total, missing_districts=())


def _row(row: Row[Any]) -> ComplaintRow:
    return ComplaintRow(
        reference=Reference(row.reference),
        district=row.district,
        borrower_name=row.borrower_name,
        kind=ComplaintKind(row.kind),
        status=ComplaintStatus(row.status),
        opened_at=row.opened_at,
        due_on=row.due_on,
        is_overdue=row.status == ComplaintStatus.OPEN and row.business_on is not None and row.business_on > row.due_on,
    )
