"""Which payouts a page shows: a page of a list that the address names, or the one payout that is under review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.forms import Form
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.visits import Visit
from core.errors import NotFound
from core.ports.reads import DisbursementPage, DisbursementRow, PayoutFilter, PayoutList, RefundRow
from core.use_cases.settling import may_be_settled

_LISTS: Final = {each.value: each for each in PayoutList}


def wanted_payouts(query: Form) -> PayoutFilter:
    """The list and the page of it that the address asks for; the beginning of every list for any other address."""
    paged = _LISTS.get(query.among("list", _LISTS))
    return PayoutFilter(paged, wanted_page(query) if paged else 1, PAGE_SIZE)


def paging_of(found: DisbursementPage, wanted: PayoutFilter) -> Mapping[PayoutList, Paging]:
    """Where each list stands; one that the page does not show has no length."""
    return {each: Paging(wanted.page if each is wanted.paged else 1, found.totals.get(each, 0)) for each in PayoutList}


def settleable(found: DisbursementPage) -> frozenset[str]:
    """The numbers of those whose rail knows nothing of them, for two persons to settle."""
    may_be_lost: list[DisbursementRow | RefundRow] = [*found.under_way, *found.refunds]
    return frozenset(row.payout_reference for row in may_be_lost if _may_be_settled(row))


def _may_be_settled(row: DisbursementRow | RefundRow) -> bool:
    return may_be_settled(row.payout_status, row.failure_code, row.unknown_since, row.unknown_until)


async def payout_under_review(visit: Visit, step: str) -> DisbursementRow:
    """The payout of the loan in the address that waits for this step. Raises `NotFound` when none does (any more)."""
    find = visit.reads.loan_to_release if step == "release" else visit.reads.payout_to_confirm
    row = await find(visit.actor.mfi_id, visit.reference)
    if row is None:
        raise NotFound("no payout of that loan waits for this step")
    return row
