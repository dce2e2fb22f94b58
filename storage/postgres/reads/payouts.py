"""Loans that wait for their money, payouts under way, and the newest that were settled."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ARRAY, Row, Text, bindparam

from core.loans.terms import LoanTerms
from core.money import Money
from core.ports.reads import DisbursementPage, DisbursementRow
from core.records.loan import LoanStatus, PayoutStatus
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement
from storage.postgres.sealing import masked

MOST: Final = 200
RECENT: Final = 20

_IDENTITY_CHECKED: Final = """
    exists (
        select from record.identity_checks c
        where c.district = any(:districts) and c.district = l.district and c.borrower_id = l.borrower_id
            and c.mfi_id = l.mfi_id
    ) as identity_checked
"""
_LOAN: Final = f"""
    l.reference as loan_reference, l.district, b.given_names || ' ' || b.surname as borrower_name,
    l.principal_lisente, l.terms, l.accepted_at, l.status as loan_status, l.version as loan_version,
    {_IDENTITY_CHECKED}
"""
_BORROWER: Final = """
    join record.borrowers b on b.district = any(:districts) and b.district = l.district and b.id = l.borrower_id
"""

# A loan waits again after a payout that failed: the newest one says why.
_WAITING: Final = statement(f"""
    select {_LOAN}, coalesce(p.wallet_tail, b.phone_tail) as wallet_tail, p.amount_lisente as cash_lisente,
        p.status as payout_status, p.reference as payout_reference, p.failure_code, p.released_by_name
    from record.loans l
    {_BORROWER}
    left join record.disbursements p on p.district = any(:districts) and p.district = l.district and p.loan_id = l.id
        and p.attempt = (
            select max(q.attempt) from record.disbursements q
            where q.district = any(:districts) and q.district = l.district and q.loan_id = l.id
        )
    where l.district = any(:districts) and l.mfi_id = :mfi_id and l.status = 'accepted'
    order by l.accepted_at, l.reference
    limit :limit
""")  # noqa: S608 - constants


def _payouts_sql(order: str) -> str:
    return f"""
        select {_LOAN}, p.wallet_tail, p.amount_lisente as cash_lisente, p.status as payout_status,
            p.reference as payout_reference, p.failure_code, p.released_by_name
        from record.disbursements p
        join record.loans l on l.district = any(:districts) and l.district = p.district and l.id = p.loan_id
        {_BORROWER}
        where p.district = any(:districts) and p.mfi_id = :mfi_id and p.status = any(:statuses)
        order by {order}, p.reference
        limit :limit
    """  # noqa: S608 - constants


_STATUSES: Final = bindparam("statuses", type_=ARRAY(Text))
_OLDEST_FIRST: Final = statement(_payouts_sql("p.released_at")).bindparams(_STATUSES)
_NEWEST_FIRST: Final = statement(_payouts_sql("p.released_at desc")).bindparams(_STATUSES)
_UNDER_WAY: Final = [PayoutStatus.AWAITING_SECOND, PayoutStatus.QUEUED, PayoutStatus.SENT, PayoutStatus.UNKNOWN]
_SETTLED: Final = [PayoutStatus.CONFIRMED, PayoutStatus.FAILED]


async def disbursement_page(asking: Asking) -> DisbursementPage:
    """What waits and what is under way, oldest first, up to `MOST` each; the newest that are settled."""
    waiting = await asking.rows(_WAITING, limit=MOST)
    under_way = await asking.rows(_OLDEST_FIRST, statuses=_UNDER_WAY, limit=MOST)
    recent = await asking.rows(_NEWEST_FIRST, statuses=_SETTLED, limit=RECENT)
    return DisbursementPage(
        waiting=[_row(row) for row in waiting],
        under_way=[_row(row) for row in under_way],
        recent=[_row(row) for row in recent],
        missing_districts=(),
    )


def _row(row: Row[Any]) -> DisbursementRow:
    cash = LoanTerms.from_json(row.terms).cash_received if row.cash_lisente is None else Money(row.cash_lisente)
    return DisbursementRow(
        loan_reference=Reference(row.loan_reference),
        district=row.district,
        borrower_name=row.borrower_name,
        principal=Money(row.principal_lisente),
        cash=cash,
        wallet_masked=masked(row.wallet_tail),
        accepted_at=row.accepted_at,
        identity_checked=row.identity_checked,
        loan_status=LoanStatus(row.loan_status),
        loan_version=row.loan_version,
        payout_status=None if row.payout_status is None else PayoutStatus(row.payout_status),
        payout_reference=row.payout_reference or "",
        failure_code=row.failure_code or "",
        released_by_name=row.released_by_name or "",
    )
