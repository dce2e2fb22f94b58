"""The second person's word on a borrower's new number or corrected ID; or its maker takes the proposal back.

After an agreement payouts wait a day, and the old number hears of it. The record says so first, in one transaction
with the agreement; the directory follows (`core.use_cases.following_change`), whoever is killed then.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from core.errors import DomainError
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import Borrower
from core.records.identity import CaseOutcome, ChangeKind, ChangeStatus, IdentityChange
from core.records.staff import Actor, Permission
from core.use_cases.agreed_change import take_effect
from core.use_cases.auditing import audit
from core.use_cases.following_change import follow_change
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.identity_cases import closed_by, reopen_case_of
from core.use_cases.proposing import AlreadyDecided
from core.use_cases.reserving import Reservation
from core.use_cases.reserving_change import reserve_new, standing_old
from core.use_cases.unlinking import cut_chat


@dataclass(frozen=True, slots=True)
class Answer:
    """The second person's word on a change, or its maker's who takes it back."""

    district: str
    change_id: UUID
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class ChangeFile:
    """A change and whose it is."""

    change: IdentityChange
    borrower: Borrower


async def agree(engine: Engine, actor: Actor, command: Answer) -> IdentityChange:
    """Carry a change out. The record is changed when this returns; the directory is, or the worker sees to it.

    Raises `MakerIsChecker`, `AlreadyDecided`, `NumberTaken`, `IdentityTaken`, `ReservationReleased`, `Conflict` (the
    borrower's number or ID is another by now), `NotFound`, `NotAllowed`, `DistrictDown`, `ChannelPlaneDown`.
    """
    actor.require(Permission.IDENTITY_AGREE)
    change = await _agreed(engine, actor, command)
    with suppress(DomainError):  # the record stands: what is left is the worker's as much as ours
        return await follow_change(engine, change.district, change.id)
    return change


async def refuse(engine: Engine, actor: Actor, command: Answer) -> IdentityChange:
    """Turn a change down, with a reason; its case is open again. Raises `MakerIsChecker`, `AlreadyDecided`."""
    actor.require(Permission.IDENTITY_AGREE)
    check_note(command.note, required=True)
    return await _turn_down(engine, actor, command, ChangeStatus.REFUSED)


async def withdraw(engine: Engine, actor: Actor, command: Answer) -> IdentityChange:
    """Take one's own proposal back. Raises `NotAllowed` (also for another's), `AlreadyDecided`."""
    actor.require(Permission.IDENTITY_PROPOSE)
    return await _turn_down(engine, actor, command, ChangeStatus.WITHDRAWN)


async def change_file(engine: Engine, actor: Actor, district: str, change_id: UUID) -> ChangeFile:
    """Read a change of the actor's own lender. Raises `NotFound` (also for another's), `NotAllowed`, `DistrictDown`."""
    actor.require(Permission.IDENTITY_READ)
    (await engine.record.catalogue()).district(district)
    async with engine.record.unit(district) as unit:
        change = await unit.identity_changes.get(change_id, mfi_id=actor.mfi_id)
        return ChangeFile(change, await unit.borrowers.get(change.borrower_id))


async def _agreed(engine: Engine, actor: Actor, command: Answer) -> IdentityChange:
    note = check_note(command.note, required=False)
    key = form_key(actor, command.key)
    change = (await change_file(engine, actor, command.district, command.change_id)).change
    actor.check_second_person(change.made_by, withdraws=False)
    # Before the transaction: whoever has the new one already must be known, and nobody may take it meanwhile.
    entries = await _entries(engine, change)
    async with engine.record.unit(command.district) as unit:
        earlier = await earlier_outcome(unit, key, "agree", command)
        change = await unit.identity_changes.get(command.change_id, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return change
        if change.status is not ChangeStatus.PROPOSED or entries is None:
            raise AlreadyDecided
        decided = _decided(engine, actor, change, ChangeStatus.AGREED, note)
        agreed = await take_effect(engine, unit, actor, decided, *entries)
        await unit.identity_changes.save(agreed)
        await _end_case(engine, unit, actor, agreed)
        await audit(engine, unit, actor, f"borrower.{change.kind}_changed", change.borrower_id)
        await unit.commands.complete(key, {"id": str(change.id)})
        await unit.commit()
    return replace(agreed, version=agreed.version + 1)


async def _entries(engine: Engine, change: IdentityChange) -> tuple[Reservation, Reservation] | None:
    """What the change gives up, and the reservation of what it gives; None when it is decided already."""
    if change.status is not ChangeStatus.PROPOSED:
        return None
    given_up, given = await standing_old(engine, change), await reserve_new(engine, change)
    if change.kind is ChangeKind.NUMBER:
        # The agreement tells the new number, and no chat of whoever had its SIM before is to read that.
        await cut_chat(engine, PhoneNumber.parse(change.new))
    return given_up, given


async def _turn_down(engine: Engine, actor: Actor, command: Answer, status: ChangeStatus) -> IdentityChange:
    note = check_note(command.note, required=False)
    (await engine.record.catalogue()).district(command.district)
    async with engine.record.unit(command.district) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, status, command)
        change = await unit.identity_changes.get(command.change_id, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return change
        if change.status is not ChangeStatus.PROPOSED:
            raise AlreadyDecided
        actor.check_second_person(change.made_by, withdraws=status is ChangeStatus.WITHDRAWN)
        decided = _decided(engine, actor, change, status, note)
        await unit.identity_changes.save(decided)
        await reopen_case_of(unit, change)
        await audit(engine, unit, actor, f"borrower.{change.kind}_change_{status}", change.borrower_id)
        await unit.commands.complete(key, {"id": str(change.id)})
        await unit.commit()
    return replace(decided, version=decided.version + 1)


def _decided(engine: Engine, actor: Actor, change: IdentityChange, status: ChangeStatus, note: str) -> IdentityChange:
    return replace(
        change,
        status=status,
        decided_by=None if status is ChangeStatus.WITHDRAWN else actor.staff_id,
        decided_by_name=actor.name,
        decided_at=engine.clock.now(),
        decision_note=note,
    )


async def _end_case(engine: Engine, unit: Unit, actor: Actor, change: IdentityChange) -> None:
    if change.case_id is None:
        return
    case = await unit.identity_cases.get(change.case_id, lock=True)
    outcome = CaseOutcome.SAME_PERSON if change.kind is ChangeKind.NUMBER else CaseOutcome.ID_CORRECTED
    await unit.identity_cases.save(closed_by(engine, actor, case, outcome, change.reason))
