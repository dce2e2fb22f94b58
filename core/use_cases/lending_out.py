"""What the fate of a payout does to its loan: the cash arrived and the loan runs, or it waits for a release again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Disbursement, LoanStatus, PayoutStatus
from core.records.message import MessageKind
from core.records.staff import Actor
from core.use_cases.bookkeeping import activate_loan
from core.use_cases.loan_steps import move_loan
from core.use_cases.telling import tell_of_loan

_UNSENT: Final = frozenset({PayoutStatus.AWAITING_SECOND, PayoutStatus.QUEUED})
_CONFIRMED_LATE: Final = "confirmed_late"


class LentOut:
    """`core.use_cases.disbursing.PayoutEffect` of a loan's cash."""

    async def hold(self, _engine: Engine, unit: Unit, payout: Disbursement) -> None:
        await unit.loans.get(payout.its_loan_id, lock=True)

    async def make_way(self, engine: Engine, unit: Unit, payout: Disbursement) -> bool:
        others = await _others(unit, payout)
        if any(other.status not in _UNSENT and other.failure_code != _CONFIRMED_LATE for other in others):
            return False
        for unsent in (other for other in others if other.status in _UNSENT):
            # The borrower has the money already: the second try must not leave.
            called_off = replace(
                unsent, status=PayoutStatus.FAILED, failure_code="paid_before", settled_at=engine.clock.now()
            )
            await unit.disbursements.save(called_off)
        return True

    async def arrived(self, engine: Engine, unit: Unit, payout: Disbursement, actor: Actor | None) -> None:
        reason = "payout_confirmed_by_hand" if actor else "payout_confirmed"
        await activate_loan(engine, unit, payout, reason, actor=actor)

    async def failed(self, engine: Engine, unit: Unit, payout: Disbursement, actor: Actor | None) -> None:
        if await _others(unit, payout):
            return  # beside another that has arrived, or may have, nothing failed for the borrower
        loan = await unit.loans.get(payout.its_loan_id, lock=True)
        reason = payout.failure_code or "payout_failed"
        await move_loan(engine, unit, loan, LoanStatus.ACCEPTED, reason, actor=actor)
        await tell_of_loan(
            engine, unit, MessageKind.DISBURSEMENT_FAILED, loan, key=f"disbursement_failed:{payout.reference}"
        )


async def _others(unit: Unit, payout: Disbursement) -> list[Disbursement]:
    """The loan's other payouts that may leave, or may have left, held until the unit ends."""
    others = [
        await unit.disbursements.get(other.reference, lock=True)
        for other in await unit.disbursements.of_loan(payout.its_loan_id)
        if other.id != payout.id
    ]
    return [other for other in others if other.status is not PayoutStatus.FAILED]
