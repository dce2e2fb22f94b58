"""The payouts of a lender, sorted by what has to be done about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from admin_web.visits import Visit
from core.errors import NotFound
from core.ports.reads import DisbursementPage, DisbursementRow, RefundRow
from core.records.loan import PayoutStatus
from core.references import Reference
from core.use_cases.settling import may_be_settled


@dataclass(frozen=True, slots=True)
class Payouts:
    """What waits for a first release, for a second one, for the rail, and what is settled; what goes back.

    `settleable` are the numbers of those whose rail knows nothing of them, for two persons to settle.
    """

    waiting: Sequence[DisbursementRow]
    second: Sequence[DisbursementRow]
    under_way: Sequence[DisbursementRow]
    recent: Sequence[DisbursementRow]
    refunds: Sequence[RefundRow]
    settleable: frozenset[str]
    missing_districts: Sequence[str]

    @classmethod
    def of(cls, page: DisbursementPage) -> Payouts:
        """Set those apart that wait for a second person: they are for a colleague, not for the rail."""
        may_be_lost: list[DisbursementRow | RefundRow] = [*page.under_way, *page.refunds]
        second = [row for row in page.under_way if row.payout_status is PayoutStatus.AWAITING_SECOND]
        return cls(
            waiting=page.waiting,
            second=second,
            under_way=[row for row in page.under_way if row not in second],
            recent=page.recent,
            refunds=page.refunds,
            settleable=frozenset(row.payout_reference for row in may_be_lost if _may_be_settled(row)),
            missing_districts=page.missing_districts,
        )


def _may_be_settled(row: DisbursementRow | RefundRow) -> bool:
    return may_be_settled(row.payout_status, row.failure_code, row.unknown_since, row.unknown_until)


async def read_payouts(visit: Visit) -> Payouts:
    """The payouts of the district that the reference in the address names."""
    catalogue = await visit.engine.record.catalogue()
    district = catalogue.district_of_cell(visit.reference.cell_number)
    return Payouts.of(await visit.reads.disbursements(visit.actor.mfi_id, [district.code]))


def payout_under_review(payouts: Payouts, reference: Reference, step: str) -> DisbursementRow:
    """The payout of a loan that waits for this step. Raises `NotFound` when none does (any more)."""
    rows = payouts.waiting if step == "release" else payouts.second
    for row in rows:
        if row.loan_reference == reference:
            return row
    raise NotFound("no payout of that loan waits for this step")
