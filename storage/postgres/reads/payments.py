"""Payments that arrived."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.money import Money
from core.ports.reads import PaymentPage, PaymentRow
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement
from storage.postgres.sealing import masked

_COLUMNS: Final = """
    p.receipt, p.district, p.rail, p.rail_reference, p.amount_lisente, p.payer_tail, p.account, p.paid_at, p.status,
    p.loan_id, p.borrower_id
"""
_NAMED: Final = """
    select page.*, l.reference as loan_reference, b.given_names || ' ' || b.surname as borrower_name
    from page
    left join record.loans l on l.district = any(:districts) and l.district = page.district and l.id = page.loan_id
    left join record.borrowers b on b.district = any(:districts) and b.district = page.district
        and b.id = page.borrower_id
"""


def _count_sql(condition: str) -> str:
    return f"""
        select count(*) as payments from record.payments p
        where p.district = any(:districts) and p.mfi_id = :mfi_id {condition}
    """  # noqa: S608 - constants


def _page_sql(condition: str) -> str:
    return f"""
        with page as materialized (
            select {_COLUMNS} from record.payments p
            where p.district = any(:districts) and p.mfi_id = :mfi_id {condition}
            order by p.paid_at desc, p.receipt
            limit :limit offset :offset
        )
        {_NAMED}
        order by page.paid_at desc, page.receipt
    """  # noqa: S608 - constants


_OF_STATUS: Final = "and p.status = :status"
_COUNT: Final = {True: statement(_count_sql(_OF_STATUS)), False: statement(_count_sql(""))}
_PAGE: Final = {True: statement(_page_sql(_OF_STATUS)), False: statement(_page_sql(""))}

_ONE: Final = statement(f"""
    with page as materialized (
        select {_COLUMNS} from record.payments p
        where p.district = any(:districts) and p.mfi_id = :mfi_id and p.receipt = :receipt
    )
    {_NAMED}
""")  # noqa: S608 - constants


async def payment_page(asking: Asking, *, status: str | None, page: int, page_size: int) -> PaymentPage:
    """Newest first; of one status, or all."""
    values = {} if status is None else {"status": status}
    total = (await asking.row(_COUNT[status is not None], **values)).payments
    offset = (page - 1) * page_size
    rows = await asking.rows(_PAGE[status is not None], limit=page_size, offset=offset, **values)
    return PaymentPage(rows=[_row(row) for row in rows], total=total, missing_districts=())


async def payment_of_receipt(asking: Asking, receipt: Reference) -> PaymentRow | None:
    """The one payment with a receipt number."""
    rows = await asking.rows(_ONE, receipt=str(receipt))
    return _row(rows[0]) if rows else None


def _row(row: Row[Any]) -> PaymentRow:
    return PaymentRow(
        receipt=Reference(row.receipt),
        district=row.district,
        rail=row.rail,
        rail_reference=row.rail_reference,
        amount=Money(row.amount_lisente),
        payer_masked=masked(row.payer_tail) if row.payer_tail else "",
        account=row.account,
        paid_at=row.paid_at,
        status=row.status,
        loan_reference=None if row.loan_reference is None else Reference(row.loan_reference),
        borrower_name=row.borrower_name,
    )
