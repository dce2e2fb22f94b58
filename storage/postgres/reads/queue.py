"""Applications that wait for somebody."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.calendar import PeriodUnit
from core.money import Money
from core.ports.reads import QueueFilter, QueuePage, QueueRow
from core.records.application import ApplicationStatus
from core.records.borrower import Channel
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement

TABS: Final = {
    "new": ApplicationStatus.SUBMITTED,
    "in_review": ApplicationStatus.IN_REVIEW,
    "returned": ApplicationStatus.RETURNED,
    "second_approval": ApplicationStatus.AWAITING_SECOND_APPROVAL,
}

# The rule of thumb of `core.credit.affordability.one_third_flag`.
_RISK: Final = "case when a.amount_lisente * 3 > a.net_pay_lisente then 'high' else 'low' end"
_ORDERS: Final = {
    "submitted": "submitted_at, reference",
    "newest": "submitted_at desc, reference",
    "amount": "amount_lisente desc, reference",
}

_COUNTS: Final = statement("""
    select a.status, count(*) as applications
    from record.applications a
    where a.district = any(:districts) and a.mfi_id = :mfi_id
        and a.status in ('submitted', 'in_review', 'returned', 'awaiting_second_approval')
    group by a.status
""")
_COUNT_OF_RISK: Final = statement(f"""
    select count(*) as applications
    from record.applications a
    where a.district = any(:districts) and a.mfi_id = :mfi_id and a.status = :status and {_RISK} = :risk
""")  # noqa: S608 - constants


def _page_sql(order: str, risk: str) -> str:
    """The rows of a page are chosen first, so that only they are joined."""
    return f"""
        with page as materialized (
            select a.district, a.reference, a.borrower_id, a.product_id, a.product_version, a.amount_lisente,
                a.periods, a.status, a.channel, a.submitted_at, a.latest_score, a.latest_band, {_RISK} as risk
            from record.applications a
            where a.district = any(:districts) and a.mfi_id = :mfi_id and a.status = :status {risk}
            order by {order}
            limit :limit offset :offset
        )
        select page.*, b.given_names || ' ' || b.surname as borrower_name, v.names as product_names,
            v.terms ->> 'period_unit' as period_unit, cast(v.terms ->> 'period_every' as integer) as period_every
        from page
        join record.borrowers b on b.district = any(:districts) and b.district = page.district
            and b.id = page.borrower_id
        join record.product_versions v on v.product_id = page.product_id and v.version = page.product_version
        order by {order}
    """  # noqa: S608 - constants


_PAGES: Final = {
    (sort, filtered): statement(_page_sql(order, f"and {_RISK} = :risk" if filtered else ""))
    for sort, order in _ORDERS.items()
    for filtered in (True, False)
}


async def queue_page(asking: Asking, wanted: QueueFilter) -> QueuePage:
    """A page of one tab, and how much every tab has."""
    status = TABS[wanted.tab]
    found = {row.status: row.applications for row in await asking.rows(_COUNTS)}
    values: dict[str, object] = {"status": status}
    total = found.get(status, 0)
    if wanted.risk is not None:
        values["risk"] = wanted.risk
        total = (await asking.row(_COUNT_OF_RISK, **values)).applications
    page = _PAGES[wanted.sort, wanted.risk is not None]
    offset = (wanted.page - 1) * wanted.page_size
    rows = await asking.rows(page, limit=wanted.page_size, offset=offset, **values)
    counts = {tab: found.get(of_tab, 0) for tab, of_tab in TABS.items()}
    return QueuePage(rows=[_queue_row(row) for row in rows], total=total, counts=counts, missing_districts=())


def _queue_row(row: Row[Any]) -> QueueRow:
    return QueueRow(
        reference=Reference(row.reference),
        district=row.district,
        borrower_name=row.borrower_name,
        amount=Money(row.amount_lisente),
        periods=row.periods,
        period_unit=PeriodUnit(row.period_unit),
        period_every=row.period_every,
        product_names=row.product_names,
        status=ApplicationStatus(row.status),
        channel=Channel(row.channel),
        submitted_at=row.submitted_at,
        score=row.latest_score,
        band=row.latest_band,
        risk=row.risk,
    )
