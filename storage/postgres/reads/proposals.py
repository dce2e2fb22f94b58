"""Changes to the books that wait for their second person."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from core.money import Money
from core.ports.reads import ProposalPage, ProposalRow
from core.records.proposal import ProposalKind
from core.references import Reference
from storage.postgres.reads.asking import Asking, statement

_COUNT: Final = statement("""
    select count(*) as proposals from record.proposals p
    where p.district = any(:districts) and p.mfi_id = :mfi_id and p.status = 'pending'
""")

# A payment has at most one row that still stands: in suspense, or posted to a loan. The loan that money in suspense is
# to go to may be in another district, and so have no row to join here.
_PENDING: Final = statement("""
    select p.district, p.id, p.kind, p.data, p.reason, p.made_by, p.made_by_name, p.made_at,
        coalesce(m.amount_lisente, o.amount_lisente) as amount_lisente, o.reference as payout,
        l.reference as loan_reference, b.given_names || ' ' || b.surname as borrower_name
    from record.proposals p
    left join record.payments m on m.district = any(:districts) and m.district = p.district and m.mfi_id = p.mfi_id
        and m.rail = p.data ->> 'rail' and m.rail_reference = p.data ->> 'rail_reference'
        and m.status = case when p.kind in ('assign_payment', 'refund_payment') then 'suspense' else 'posted' end
    left join record.disbursements o on o.district = any(:districts) and o.district = p.district and o.mfi_id = p.mfi_id
        and o.reference = p.data ->> 'payout'
    left join record.loans l on l.district = any(:districts) and l.district = p.district and l.mfi_id = p.mfi_id
        and (l.id = m.loan_id or l.id = o.loan_id or l.reference = p.data ->> 'loan_reference')
    left join record.borrowers b on b.district = any(:districts) and b.district = l.district and b.id = l.borrower_id
    where p.district = any(:districts) and p.mfi_id = :mfi_id and p.status = 'pending'
    order by p.made_at, p.id
    limit :limit offset :offset
""")


async def proposal_page(asking: Asking, *, page: int, page_size: int) -> ProposalPage:
    """One page of what is pending, oldest first."""
    before = (page - 1) * page_size
    rows = await asking.rows(_PENDING, limit=page_size, offset=before)
    # The last page says itself how many there are; as a rule it is the only one.
    is_last = len(rows) < page_size and (bool(rows) or page == 1)
    total = before + len(rows) if is_last else await proposal_count(asking)
    return ProposalPage(rows=[_row(row) for row in rows], total=total, missing_districts=())


async def proposal_count(asking: Asking) -> int:
    """How many are pending."""
    count: int = (await asking.row(_COUNT)).proposals
    return count


def _row(row: Row[Any]) -> ProposalRow:
    reference = row.loan_reference or row.data.get("loan_reference")
    amount = row.data.get("amount_minor", row.amount_lisente)
    return ProposalRow(
        id=row.id,
        district=row.district,
        kind=ProposalKind(row.kind),
        loan_reference=None if reference is None else Reference(str(reference)),
        borrower_name=row.borrower_name,
        rail=str(row.data.get("rail", "")),
        payout=row.payout or "",
        payment=str(row.data.get("rail_reference", "")),
        to_district=str(row.data.get("to_district", "")),
        amount=None if amount is None else Money(int(amount)),
        reason=row.reason,
        made_by=row.made_by,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
    )
