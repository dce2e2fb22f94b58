"""What becomes of a payout once the rail may hear of it: asked once, and settled by its answer or by two persons.

A payout is pending until it is confirmed or refused. Not knowing is a state of its own: nothing is sent again until the
rail has been asked. Every answer may come twice, late, or in the wrong order; one that comes after the payout was
settled otherwise is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from core.errors import Conflict, NotFound
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.loan import Disbursement, PayoutPurpose, PayoutStatus
from core.records.staff import Actor
from core.use_cases.lending_out import LentOut
from core.use_cases.locating import district_of
from core.use_cases.paying_back import CreditPaidBack, SuspensePaidBack
from core.use_cases.payouts import subject_of_payout

CONFIRMED_LATE: Final = "confirmed_late"
_SETTLED: Final = frozenset({PayoutStatus.CONFIRMED, PayoutStatus.FAILED})
_UNSENT: Final = frozenset({PayoutStatus.AWAITING_SECOND, PayoutStatus.QUEUED})


class AnotherPayoutStands(Conflict):
    """The same money was, or may have been, paid another way: this payout cannot be booked beside it."""

    code = "another_payout_stands"


class PayoutEffect(Protocol):
    """What a payout's fate does to the books, by its purpose. The subject's row is held before the payout's."""

    async def hold(self, engine: Engine, unit: Unit, payout: Disbursement) -> None:
        """Lock what the payout pays."""
        ...

    async def make_way(self, engine: Engine, unit: Unit, payout: Disbursement) -> bool:
        """Call off what would pay the same again; False where that has left already, or may have."""
        ...

    async def arrived(self, engine: Engine, unit: Unit, payout: Disbursement, actor: Actor | None) -> None:
        """Book the money that left."""
        ...

    async def failed(self, engine: Engine, unit: Unit, payout: Disbursement, actor: Actor | None) -> None:
        """The money never left: what it was to pay is owed as before."""
        ...


_EFFECTS: Final[Mapping[PayoutPurpose, PayoutEffect]] = {
    PayoutPurpose.LOAN: LentOut(),
    PayoutPurpose.CREDIT: CreditPaidBack(),
    PayoutPurpose.SUSPENSE: SuspensePaidBack(),
}


@dataclass(frozen=True, slots=True)
class ByHand:
    """The two persons who settle a payout: both names, and the second as the one who acts."""

    names: str
    actor: Actor


async def send_payout(engine: Engine, row: OutboxRow) -> None:
    """Ask the rail to pay, once. A payout that was already sent is only asked about.

    Marked as sent before the rail hears of it, so that a crash in between leads to a question and never to a second
    payment.
    """
    reference = str(row.data["reference"])
    async with engine.record.unit(row.district) as unit:
        payout = await unit.disbursements.get(reference, lock=True)
        if payout.status in _SETTLED:
            return
        # Whatever is not set up must be found before the mark: a marked payout is never sent.
        rail = engine.rails[payout.rail]
        account = (await engine.record.catalogue()).mfi(payout.mfi_id).rail_accounts[payout.rail]
        is_first = payout.status is PayoutStatus.QUEUED
        if is_first:
            await unit.disbursements.save(replace(payout, status=PayoutStatus.SENT))
            await unit.commit()
    if is_first:
        result = await rail.pay_out(reference, to=payout.wallet, amount=payout.amount, rail_account=account)
    else:
        result = await rail.query(reference)
    await settle_payout(engine, payout.rail, reference, result)


async def settle_payout(engine: Engine, rail: str, reference: str, result: PayoutResult) -> None:
    """Take in a rail's answer, from the call, a callback or a query. Repeats change nothing.

    Raises `NotFound`, also for a payout that the rail was never asked for: who answers for that one is not the rail.
    """
    async with engine.record.unit(await district_of(engine, subject_of_payout(reference))) as unit:
        payout = await held_payout(engine, unit, reference)
        if payout.rail != rail or payout.status in _UNSENT:
            raise NotFound("that rail has no such payout")
        await _take(engine, unit, payout, result)
        await unit.commit()


async def held_payout(engine: Engine, unit: Unit, reference: str) -> Disbursement:
    """A payout with what it pays, both locked. Raises `NotFound`."""
    # What it pays first, as a release takes them: else each could wait for the other, and a late word be lost.
    payout = await unit.disbursements.get(reference)
    await _EFFECTS[payout.purpose].hold(engine, unit, payout)
    return await unit.disbursements.get(reference, lock=True)


async def settle_by_hand(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult, hand: ByHand) -> None:
    """Two persons say what became of a payout that the rail knows nothing of. Raises `AnotherPayoutStands`."""
    if result.answer is PayoutAnswer.CONFIRMED:
        if not await _EFFECTS[payout.purpose].make_way(engine, unit, payout):
            raise AnotherPayoutStands
        await _confirmed(engine, unit, payout, result, hand)
    else:
        await _failed(engine, unit, payout, result.failure_code, hand)


async def _take(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    match result.answer:
        case PayoutAnswer.ACCEPTED:
            await _still_there(unit, payout)
        case PayoutAnswer.CONFIRMED:
            await _said_confirmed(engine, unit, payout, result)
        case PayoutAnswer.FAILED:
            await _said_failed(engine, unit, payout, result)
        case _:  # what is no clear word is not knowing, which never sends anything again
            await _said_unknown(engine, unit, payout, result)


async def _still_there(unit: Unit, payout: Disbursement) -> None:
    """A rail that has it after all will answer for it: it is no longer for two persons to settle."""
    if payout.status is PayoutStatus.UNKNOWN and payout.failure_code != CONFIRMED_LATE:
        sent = replace(payout, status=PayoutStatus.SENT, failure_code="", unknown_since=None, unknown_until=None)
        await unit.disbursements.save(sent)


async def _said_confirmed(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    if payout.status is PayoutStatus.CONFIRMED:
        return
    if payout.status is PayoutStatus.FAILED:
        payout = _contradicted(engine, payout, result.answer)
    if await _EFFECTS[payout.purpose].make_way(engine, unit, payout):
        await _confirmed(engine, unit, payout, result)
    else:
        # Said to have failed, tried anew, and now confirmed after all: both may have left. Two persons find out.
        await unit.disbursements.save(replace(payout, status=PayoutStatus.UNKNOWN, failure_code=CONFIRMED_LATE))


async def _said_failed(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    if payout.status is PayoutStatus.FAILED:
        return
    if payout.status is PayoutStatus.CONFIRMED:
        # What was confirmed is booked and stays so: whether the money came back is for people to find out.
        await unit.disbursements.save(_contradicted(engine, payout, result.answer))
        return
    await _failed(engine, unit, payout, result.failure_code)


async def _said_unknown(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    if payout.status in _SETTLED or payout.failure_code == CONFIRMED_LATE:
        return  # not knowing now does not undo what was known
    now = engine.clock.now()
    unknown = replace(
        payout,
        status=PayoutStatus.UNKNOWN,
        failure_code=result.failure_code,
        unknown_since=payout.unknown_since or now,
        unknown_until=now,
    )
    await unit.disbursements.save(unknown)


def _contradicted(engine: Engine, payout: Disbursement, answer: PayoutAnswer) -> Disbursement:
    """The payout with the answer that came after it was settled otherwise; the first such answer stays."""
    if payout.contradicted_by:
        return payout
    return replace(payout, contradicted_by=answer, contradicted_at=engine.clock.now())


async def _confirmed(
    engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult, hand: ByHand | None = None
) -> None:
    settled = replace(
        payout,
        status=PayoutStatus.CONFIRMED,
        rail_reference=result.rail_reference,
        failure_code="",
        settled_at=engine.clock.now(),
        settled_by_name=hand.names if hand else "",
    )
    await unit.disbursements.save(settled)
    await _EFFECTS[payout.purpose].arrived(engine, unit, settled, hand.actor if hand else None)


async def _failed(
    engine: Engine, unit: Unit, payout: Disbursement, failure_code: str, hand: ByHand | None = None
) -> None:
    settled = replace(
        payout,
        status=PayoutStatus.FAILED,
        failure_code=failure_code,
        settled_at=engine.clock.now(),
        settled_by_name=hand.names if hand else "",
    )
    await unit.disbursements.save(settled)
    await _EFFECTS[payout.purpose].failed(engine, unit, settled, hand.actor if hand else None)
