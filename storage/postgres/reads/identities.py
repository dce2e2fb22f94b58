"""Identities that came from another phone, and the changes of numbers and national IDs that are not finished."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.ports.reads import IdentityCasePage, IdentityCaseRow, IdentityChangePage, IdentityChangeRow
from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus
from storage.postgres.reads.asking import Asking, statement
from storage.postgres.sealing import masked

CHANGES_MOST: Final = 200

_COUNT: Final = statement("""
    select count(*) as cases from record.identity_cases c
    where c.district = any(:districts) and c.mfi_id = :mfi_id and c.status = :status
""")

# What waits longest stands on top; of what is over, the newest.
_PAGE: Final = statement("""
    select c.id, c.district, c.status, c.outcome, c.given_names || ' ' || c.surname as caller_name, c.phone_tail,
        c.opened_at, c.tries, b.given_names || ' ' || b.surname as borrower_name
    from record.identity_cases c
    join record.borrowers b on b.district = any(:districts) and b.district = c.district and b.id = c.borrower_id
    where c.district = any(:districts) and c.mfi_id = :mfi_id and c.status = :status
    order by case when c.status = 'closed' then c.closed_at end desc, c.opened_at, c.id
    limit :limit offset :offset
""")

_CHANGES: Final = statement("""
    select g.id, g.district, g.kind, g.status, g.reason, g.made_by, g.made_by_name, g.made_at,
        b.given_names || ' ' || b.surname as borrower_name
    from record.identity_changes g
    join record.borrowers b on b.district = any(:districts) and b.district = g.district and b.id = g.borrower_id
    where g.district = any(:districts) and g.mfi_id = :mfi_id and g.status in ('proposed', 'agreed')
    order by g.made_at, g.id
    limit :limit
""")


async def case_page(asking: Asking, *, status: CaseStatus, page: int, page_size: int) -> IdentityCasePage:
    """One page of those that stand so."""
    total = (await asking.row(_COUNT, status=status.value)).cases
    rows = await asking.rows(_PAGE, status=status.value, limit=page_size, offset=(page - 1) * page_size)
    return IdentityCasePage(rows=[_case(row) for row in rows], total=total, missing_districts=())


async def change_page(asking: Asking) -> IdentityChangePage:
    """Everything that is not finished, oldest first, up to a number that nobody leaves lying."""
    rows = await asking.rows(_CHANGES, limit=CHANGES_MOST)
    return IdentityChangePage(rows=[_change(row) for row in rows], missing_districts=())


def _case(row: Row[Any]) -> IdentityCaseRow:
    return IdentityCaseRow(
        id=row.id,
        district=row.district,
        borrower_name=row.borrower_name,
        caller_name=row.caller_name,
        caller_masked=masked(row.phone_tail),
        status=CaseStatus(row.status),
        outcome=None if row.outcome is None else CaseOutcome(row.outcome),
        opened_at=row.opened_at,
        tries=row.tries,
    )


def _change(row: Row[Any]) -> IdentityChangeRow:
    return IdentityChangeRow(
        id=row.id,
        district=row.district,
        borrower_name=row.borrower_name,
        kind=ChangeKind(row.kind),
        status=ChangeStatus(row.status),
        reason=row.reason,
        made_by=row.made_by,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
    )
