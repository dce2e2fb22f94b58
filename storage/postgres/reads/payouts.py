"""Loans that wait for their money, payouts under way, the newest that were settled, and refunds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, Row, Text, TextClause, bindparam

from core.loans.terms import LoanTerms
from core.money import Money
from core.ports.reads import DisbursementPage, DisbursementRow, PayoutFilter, PayoutList, RefundRow
from core.records.loan import LoanStatus, PayoutPurpose, PayoutStatus
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement
from storage.postgres.sealing import masked

RECENT: Final = 20

_IDENTITY_CHECKED: Final = """
    exists (
        select from record.identity_checks c
        where c.district = any(:districts) and c.district = l.district and c.borrower_id = l.borrower_id
            and c.mfi_id = l.mfi_id
    ) as identity_checked
"""
# Two sums and no "newest first, one": a cluster pushes a maximum down to the shards, and a limit it does not.
_COOL_DOWNS: Final = """
    (
        select max(k.ends_at) from record.cool_downs k
        where k.district = any(:districts) and k.district = l.district and k.borrower_id = l.borrower_id
            and k.cause = 'wallet_changed'
    ) as wallet_waits_until,
    (
        select max(k.ends_at) from record.cool_downs k
        where k.district = any(:districts) and k.district = l.district and k.borrower_id = l.borrower_id
            and k.cause <> 'wallet_changed'
    ) as pin_waits_until
"""
_CHOSEN: Final = """
    left join record.wallet_choices w on w.district = any(:districts) and w.district = l.district
        and w.borrower_id = l.borrower_id and w.n = (
            select max(v.n) from record.wallet_choices v
            where v.district = any(:districts) and v.district = l.district and v.borrower_id = l.borrower_id
        )
"""
_LOAN: Final = f"""
    l.reference as loan_reference, l.district, b.given_names || ' ' || b.surname as borrower_name,
    l.principal_lisente, l.terms, l.accepted_at, l.status as loan_status, l.version as loan_version,
    {_IDENTITY_CHECKED}, {_COOL_DOWNS}
"""
_BORROWER: Final = """
    join record.borrowers b on b.district = any(:districts) and b.district = l.district and b.id = l.borrower_id
"""

_PAYOUT: Final = """
    p.status as payout_status, p.reference as payout_reference, p.failure_code, p.released_by_name,
    p.unknown_since, p.unknown_until, p.settled_by_name, p.contradicted_by
"""


# A loan waits again after a payout that failed: the newest one says why. Nobody can release it before the identity is
# checked, and some never come to be: those stand last, or they would keep the others from the first page.
def _waiting_sql(condition: str) -> str:
    return f"""
        select {_LOAN}, coalesce(w.number_tail, b.phone_tail) as wallet_tail, p.amount_lisente as cash_lisente,
            coalesce(w.belongs_to_other, false) as wallet_is_anothers, {_PAYOUT}
        from record.loans l
        {_BORROWER}
        {_CHOSEN}
        left join record.disbursements p on p.district = any(:districts) and p.district = l.district
            and p.loan_id = l.id and p.purpose = 'loan' and p.attempt = (
                select max(q.attempt) from record.disbursements q
                where q.district = any(:districts) and q.district = l.district and q.loan_id = l.id
                    and q.purpose = 'loan'
            )
        where l.district = any(:districts) and l.mfi_id = :mfi_id and l.status = 'accepted' {condition}
        order by identity_checked desc, l.accepted_at, l.reference
        limit :limit offset :offset
    """  # noqa: S608 - constants


def _payouts_sql(order: str, condition: str = "") -> str:
    return f"""
        select {_LOAN}, p.wallet_tail, p.amount_lisente as cash_lisente,
            coalesce(w.belongs_to_other and w.number_tail = p.wallet_tail, false) as wallet_is_anothers, {_PAYOUT}
        from record.disbursements p
        join record.loans l on l.district = any(:districts) and l.district = p.district and l.id = p.loan_id
        {_BORROWER}
        {_CHOSEN}
        where p.district = any(:districts) and p.mfi_id = :mfi_id and p.purpose = 'loan' and p.status = any(:statuses)
            {condition}
        order by {order}, p.reference
        limit :limit offset :offset
    """  # noqa: S608 - constants


_STATUSES: Final = bindparam("statuses", type_=ARRAY(Text))
_OF_LOAN: Final = "and l.reference = :reference"
_WAITING: Final = statement(_waiting_sql(""))
_ONE_WAITING: Final = statement(_waiting_sql(_OF_LOAN))
# What nobody knows the fate of is for two persons to settle, what is on its way for the rail.
_OLDEST_FIRST: Final = statement(_payouts_sql("p.status = 'unknown' desc, p.released_at")).bindparams(_STATUSES)
_ONE_PAYOUT: Final = statement(_payouts_sql("p.released_at", _OF_LOAN)).bindparams(_STATUSES)
_NEWEST_FIRST: Final = statement(_payouts_sql("p.released_at desc")).bindparams(_STATUSES)
_COUNT_WAITING: Final = statement("""
    select count(*) as payouts from record.loans l
    where l.district = any(:districts) and l.mfi_id = :mfi_id and l.status = 'accepted'
""")
_COUNT_PAYOUTS: Final = statement("""
    select p.purpose = 'loan' as is_loan, p.status, count(*) as payouts from record.disbursements p
    where p.district = any(:districts) and p.mfi_id = :mfi_id and (p.purpose <> 'loan' or p.status = any(:statuses))
    group by p.purpose = 'loan', p.status
""").bindparams(_STATUSES)
# Whose payment was in suspense is often nobody's borrower: the receipt is all that names it.
_REFUNDS: Final = statement(f"""
    select p.purpose, p.district, coalesce(l.reference, m.receipt) as subject, p.amount_lisente, p.wallet_tail,
        p.released_at, b.given_names || ' ' || b.surname as borrower_name, {_PAYOUT}
    from record.disbursements p
    left join record.loans l on l.district = any(:districts) and l.district = p.district and l.id = p.loan_id
    left join record.borrowers b on b.district = any(:districts) and b.district = l.district and b.id = l.borrower_id
    left join record.payments m on m.district = any(:districts) and m.district = p.district and m.id = p.payment_id
    where p.district = any(:districts) and p.mfi_id = :mfi_id and p.purpose <> 'loan'
    order by p.status in ('confirmed', 'failed'),
        case when p.status not in ('confirmed', 'failed') then p.released_at end, p.released_at desc, p.reference
    limit :limit offset :offset
""")  # noqa: S608 - constants
_SECOND: Final = [PayoutStatus.AWAITING_SECOND]
_UNDER_WAY: Final = [PayoutStatus.QUEUED, PayoutStatus.SENT, PayoutStatus.UNKNOWN]
_SETTLED: Final = [PayoutStatus.CONFIRMED, PayoutStatus.FAILED]


async def disbursement_page(asking: Asking, wanted: PayoutFilter) -> DisbursementPage:
    """A page of one list, or the first of each and the newest that are settled; and how long these lists are."""
    paged = wanted.paged

    async def listed(name: PayoutList, asked: TextClause, **values: object) -> Sequence[Row[Any]]:
        if paged not in (None, name):
            return []
        offset = (wanted.page - 1) * wanted.page_size if paged else 0
        return await asking.rows(asked, limit=wanted.page_size, offset=offset, **values)

    waiting = await listed(PayoutList.WAITING, _WAITING)
    second = await listed(PayoutList.SECOND, _OLDEST_FIRST, statuses=_SECOND)
    under_way = await listed(PayoutList.UNDER_WAY, _OLDEST_FIRST, statuses=_UNDER_WAY)
    refunds = await listed(PayoutList.REFUNDS, _REFUNDS)
    recent = [] if paged else await asking.rows(_NEWEST_FIRST, statuses=_SETTLED, limit=RECENT, offset=0)
    return DisbursementPage(
        waiting=[_row(row) for row in waiting],
        second=[_row(row) for row in second],
        under_way=[_row(row) for row in under_way],
        recent=[_row(row) for row in recent],
        missing_districts=(),
        refunds=[_refund(row) for row in refunds],
        totals=await _totals(asking, PayoutList if paged is None else [paged]),
    )


async def _totals(asking: Asking, lists: Iterable[PayoutList]) -> dict[PayoutList, int]:
    totals = dict.fromkeys(lists, 0)
    if PayoutList.WAITING in totals:
        totals[PayoutList.WAITING] = (await asking.row(_COUNT_WAITING)).payouts
    if totals.keys() != {PayoutList.WAITING}:
        for row in await asking.rows(_COUNT_PAYOUTS, statuses=[*_SECOND, *_UNDER_WAY]):
            if (name := _list_of(row)) in totals:
                totals[name] += row.payouts
    return totals


def _list_of(row: Row[Any]) -> PayoutList:
    if not row.is_loan:
        return PayoutList.REFUNDS
    return PayoutList.SECOND if row.status in _SECOND else PayoutList.UNDER_WAY


async def loan_to_release(asking: Asking, reference: Reference) -> DisbursementRow | None:
    """The accepted loan with this number, if it is one."""
    return _only(await asking.rows(_ONE_WAITING, reference=str(reference), limit=1, offset=0))


async def payout_to_confirm(asking: Asking, reference: Reference) -> DisbursementRow | None:
    """The loan's payout that waits for a second person, if one does."""
    return _only(await asking.rows(_ONE_PAYOUT, reference=str(reference), statuses=_SECOND, limit=1, offset=0))


def _only(rows: Sequence[Row[Any]]) -> DisbursementRow | None:
    return _row(rows[0]) if rows else None


def _refund(row: Row[Any]) -> RefundRow:
    return RefundRow(
        purpose=PayoutPurpose(row.purpose),
        subject=Reference(row.subject),
        district=row.district,
        borrower_name=row.borrower_name,
        amount=Money(row.amount_lisente),
        wallet_masked=masked(row.wallet_tail),
        released_at=row.released_at,
        released_by_name=row.released_by_name,
        payout_status=PayoutStatus(row.payout_status),
        payout_reference=row.payout_reference,
        failure_code=row.failure_code,
        unknown_since=row.unknown_since,
        unknown_until=row.unknown_until,
        settled_by_name=row.settled_by_name,
        contradicted_by=row.contradicted_by,
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
        unknown_since=row.unknown_since,
        unknown_until=row.unknown_until,
        settled_by_name=row.settled_by_name or "",
        contradicted_by=row.contradicted_by or "",
        wallet_waits_until=row.wallet_waits_until,
        pin_waits_until=row.pin_waits_until,
        wallet_is_anothers=row.wallet_is_anothers,
    )
