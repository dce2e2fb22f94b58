"""Loans, the latest in arrears first."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.loans.arrears import days_past_due
from core.money import Money
from core.ports.reads import LoanPage, LoanRow
from core.records.loan import LoanStatus
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement


def _count_sql(condition: str) -> str:
    return f"""
        select count(*) as loans from record.loans l
        where l.district = any(:districts) and l.mfi_id = :mfi_id {condition}
    """  # noqa: S608 - constants


# Overdue is what was due before the district's business date and is not settled: known only on the day it is asked for.
# The tables are joined by the borrower's district: through that of the page Citus does not see that all lie together.
def _page_sql(condition: str) -> str:
    return f"""
        with page as materialized (
            select l.district, l.id, l.reference, l.borrower_id, l.status, l.principal_lisente, l.oldest_unpaid_due_on
            from record.loans l
            where l.district = any(:districts) and l.mfi_id = :mfi_id {condition}
            order by l.oldest_unpaid_due_on nulls last, l.reference
            limit :limit offset :offset
        )
        select page.*, d.business_on, b.given_names || ' ' || b.surname as borrower_name, p.next_due_lisente,
            p.principal_lisente + p.interest_lisente + p.fees_lisente + p.penalties_lisente as outstanding_lisente,
            (select coalesce(sum(i.principal_lisente + i.interest_lisente + i.fees_lisente + i.penalties_lisente
                    - i.principal_paid_lisente - i.interest_paid_lisente - i.fees_paid_lisente
                    - i.penalties_paid_lisente - i.waived_lisente), 0)
                from record.instalments i
                where i.district = any(:districts) and i.district = b.district and i.loan_id = page.id
                    and i.settled_on is null and i.due_on < d.business_on
            ) as overdue_lisente
        from page
        join record.borrowers b on b.district = any(:districts) and b.district = page.district
            and b.id = page.borrower_id
        left join record.loan_positions p on p.district = any(:districts) and p.district = b.district
            and p.loan_id = page.id
        join record.district_days d on d.district = any(:districts) and d.district = b.district
            and d.closed_at is null
        order by page.oldest_unpaid_due_on nulls last, page.reference
    """  # noqa: S608 - constants


_OF_STATUS: Final = "and l.status = :status"
_COUNT: Final = {True: statement(_count_sql(_OF_STATUS)), False: statement(_count_sql(""))}
_PAGE: Final = {True: statement(_page_sql(_OF_STATUS)), False: statement(_page_sql(""))}


async def loan_page(asking: Asking, *, status: str | None, page: int, page_size: int) -> LoanPage:
    """Of one status, or all."""
    values = {} if status is None else {"status": status}
    total = (await asking.row(_COUNT[status is not None], **values)).loans
    offset = (page - 1) * page_size
    rows = await asking.rows(_PAGE[status is not None], limit=page_size, offset=offset, **values)
    return LoanPage(rows=[_row(row) for row in rows], total=total, missing_districts=())


def _row(row: Row[Any]) -> LoanRow:
    return LoanRow(
        reference=Reference(row.reference),
        district=row.district,
        borrower_name=row.borrower_name,
        status=LoanStatus(row.status),
        principal=Money(row.principal_lisente),
        outstanding=Money(row.outstanding_lisente or 0),
        overdue=Money(int(row.overdue_lisente)),
        days_past_due=days_past_due(row.oldest_unpaid_due_on, row.business_on),
        next_due_on=row.oldest_unpaid_due_on,
        next_due=Money(row.next_due_lisente or 0),
    )
