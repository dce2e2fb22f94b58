"""Settling by two persons a payout that its rail, asked again and again, knows nothing of.

They say what they found out at the rail itself: it was paid, with the rail's receipt, or it was not. Nothing is ever
sent again by this: a loan whose payout failed waits for a release like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.errors import Conflict, InvalidInput, NotFound
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.record import Unit
from core.records.loan import Disbursement, PayoutStatus
from core.records.proposal import Proposal
from core.records.staff import Actor
from core.use_cases.disbursing import CONFIRMED_LATE, ByHand, held_payout, settle_by_hand

ASKED_FOR: Final = timedelta(hours=1)
"""So long a rail must have gone on saying that it does not know before people say it for the rail."""

FAILED_BY_HAND: Final = "failed_by_hand"
_RECEIPT_LONGEST: Final = 64

Data = Mapping[str, Any]


class PayoutNotUnknown(Conflict):
    """The payout's fate is known, or its rail has yet to answer for it."""

    code = "payout_not_unknown"


class RailStillAsked(Conflict):
    """The rail has not said for long enough that it does not know."""

    code = "rail_still_asked"


async def check_settle(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh what two persons say of a payout. Raises `PayoutNotUnknown`, `RailStillAsked`, `InvalidInput`."""
    payout = await payout_of(unit, actor, data)
    if payout.status is not PayoutStatus.UNKNOWN:
        raise PayoutNotUnknown(f"the payout is {payout.status}")
    if not may_be_settled(payout.status, payout.failure_code, payout.unknown_since, payout.unknown_until):
        raise RailStillAsked
    _result(data)
    return payout.reference


async def settle(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Settle it. Raises `AnotherPayoutStands` for one that cannot be booked beside another of the same money."""
    seen = await payout_of(unit, actor, proposal.data)
    payout = await held_payout(engine, unit, seen.reference)
    if payout.status is not PayoutStatus.UNKNOWN:
        raise PayoutNotUnknown(f"the payout is {payout.status}")
    hand = ByHand(f"{proposal.made_by_name}, {actor.name}", actor)
    await settle_by_hand(engine, unit, payout, _result(proposal.data), hand)


async def payout_of(unit: Unit, actor: Actor, data: Data) -> Disbursement:
    """The lender's payout that a proposal is about. Raises `NotFound`, also for another lender's."""
    payout = await unit.disbursements.get(str(data["payout"]))
    if payout.mfi_id != actor.mfi_id:
        raise NotFound("there is no such payout")
    return payout


def may_be_settled(
    status: PayoutStatus | None, failure_code: str, unknown_since: datetime | None, unknown_until: datetime | None
) -> bool:
    """Whether it is for two persons to say: the rail went on not knowing, or said too late that it had paid."""
    if status is not PayoutStatus.UNKNOWN:
        return False
    if failure_code == CONFIRMED_LATE:
        return True
    return unknown_since is not None and unknown_until is not None and unknown_until - unknown_since >= ASKED_FOR


def _result(data: Data) -> PayoutResult:
    """What the two say, in the form of a rail's answer."""
    receipt = str(data.get("rail_receipt", "")).strip()
    match data["outcome"]:
        case PayoutAnswer.CONFIRMED:
            if not receipt or len(receipt) > _RECEIPT_LONGEST:
                raise InvalidInput(
                    f"write the rail's receipt, in at most {_RECEIPT_LONGEST} characters", field="rail_receipt"
                )
            return PayoutResult(PayoutAnswer.CONFIRMED, rail_reference=receipt)
        case PayoutAnswer.FAILED:
            return PayoutResult(PayoutAnswer.FAILED, failure_code=FAILED_BY_HAND)
        case _:
            raise InvalidInput("a payout is settled as confirmed or failed", field="outcome")
