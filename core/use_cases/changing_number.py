"""A borrower's new number, or a national ID that was mistyped: proposed with the card in hand, agreed to by another.

A number is a borrower's signature: with it go their PIN, their reminders and, where they chose no wallet, their money.
So no member of staff moves one alone, payouts wait a day, and the old number hears of it. The record says so first, in
one transaction with the agreement; the directory follows (`core.use_cases.following_change`), whoever is killed then.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from core.errors import DomainError, InvalidInput
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import Borrower
from core.records.identity import (
    CaseOutcome,
    CaseStatus,
    ChangeKind,
    ChangeStatus,
    IdentityCase,
    IdentityChange,
)
from core.records.staff import Actor, MakerIsChecker, NotAllowed, Permission
from core.use_cases.agreed_change import take_effect
from core.use_cases.auditing import audit
from core.use_cases.following_change import follow_change
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.identity_cases import check_open, closed_by, reopen_case_of
from core.use_cases.proposing import AlreadyDecided
from core.use_cases.recovering import NotTheBorrower, is_the_borrower, take_token
from core.use_cases.reserving import Reservation
from core.use_cases.reserving_change import IdentityTaken, check_free, reserve_new, standing_old

PROPOSALS_AN_HOUR: Final = 10
"""For one member of staff, right or wrong: typing IDs to learn whose they are is no work of theirs."""

ID_LENGTHS: Final = (12, 13)

_HOUR_SECONDS: Final = 3_600


@dataclass(frozen=True, slots=True)
class ProposeNumber:
    """A borrower is at the branch with a new SIM: the number that is registered, the card's ID, and the new number."""

    old: PhoneNumber
    national_id: str
    new: PhoneNumber
    reason: str
    key: str


@dataclass(frozen=True, slots=True)
class ResolveCase:
    """A case with the national ID as it stands on the card that the member of staff has in hand."""

    district: str
    case_id: UUID
    national_id: str
    reason: str
    key: str


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


async def propose_number(engine: Engine, actor: Actor, command: ProposeNumber) -> IdentityChange:
    """Propose a new number for a borrower who is at the branch. Any lender's staff may, as with a PIN.

    Raises `NotTheBorrower` (which of the two is wrong is not said), `NumberTaken`, `ChangeUnderWay`, `InvalidInput`,
    `TooManyAttempts`, `NotAllowed`, `DistrictDown`.
    """
    actor.require(Permission.IDENTITY_PROPOSE)
    reason = check_note(command.reason, required=True)
    await _take_turn(engine, actor)
    entry = await engine.channel.directory.phone(engine.keyed_hash.phone(command.old))
    if entry is None or entry.state != "active":
        raise await _refused(engine, actor)
    async with engine.record.unit(entry.district) as unit:
        key = form_key(actor, command.key)
        if (earlier := await earlier_outcome(unit, key, "propose_number", command)) is not None:
            return await unit.identity_changes.get(UUID(earlier["id"]), mfi_id=actor.mfi_id)
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        if is_the_borrower(engine, borrower, command.national_id):
            change = await _propose(engine, unit, actor, borrower, ChangeKind.NUMBER, command.new.e164, reason)
            await unit.commands.complete(key, {"id": str(change.id)})
            await unit.commit()
            return change
    raise await _refused(engine, actor)


async def propose_number_of_case(engine: Engine, actor: Actor, command: ResolveCase) -> IdentityChange:
    """The caller is the borrower: propose that their number becomes the one that the case came from.

    Raises `NotTheBorrower` (the card is not the borrower's), `CaseMoved` and what `propose_number` does.
    """
    return await _of_case(engine, actor, command, ChangeKind.NUMBER)


async def propose_corrected_id(engine: Engine, actor: Actor, command: ResolveCase) -> IdentityChange:
    """The borrower was registered with a mistyped ID: propose the one of their card, so that the caller's is free.

    Raises `IdentityTaken`, `CaseMoved`, `ChangeUnderWay`, `InvalidInput`, `NotAllowed`, `DistrictDown`.
    """
    return await _of_case(engine, actor, command, ChangeKind.NATIONAL_ID)


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


async def _of_case(engine: Engine, actor: Actor, command: ResolveCase, kind: ChangeKind) -> IdentityChange:
    actor.require(Permission.IDENTITY_PROPOSE)
    reason = check_note(command.reason, required=True)
    await _take_turn(engine, actor)
    try:
        return await _propose_of_case(engine, actor, command, kind, reason)
    except (NotTheBorrower, IdentityTaken):
        # Either says something about an ID that was typed.
        await _write_refusal(engine, actor, kind, command.case_id)
        raise


async def _propose_of_case(
    engine: Engine, actor: Actor, command: ResolveCase, kind: ChangeKind, reason: str
) -> IdentityChange:
    (await engine.record.catalogue()).district(command.district)
    async with engine.record.unit(command.district) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, kind, command)
        if earlier is not None:
            return await unit.identity_changes.get(UUID(earlier["id"]), mfi_id=actor.mfi_id)
        case = await unit.identity_cases.get(command.case_id, mfi_id=actor.mfi_id, lock=True)
        check_open(case)
        borrower = await unit.borrowers.get(case.borrower_id, lock=True)
        if kind is ChangeKind.NUMBER and not is_the_borrower(engine, borrower, command.national_id):
            raise NotTheBorrower(field="national_id")
        new = case.phone.e164 if kind is ChangeKind.NUMBER else _of_the_card(command.national_id)
        change = await _propose(engine, unit, actor, borrower, kind, new, reason, case)
        await unit.identity_cases.save(replace(case, status=CaseStatus.CHANGING, change_id=change.id))
        await unit.commands.complete(key, {"id": str(change.id)})
        await unit.commit()
    return change


def _of_the_card(typed: str) -> str:
    """A national ID without the spaces of its card. Raises `InvalidInput`."""
    national_id = "".join(typed.split())
    if not (national_id.isascii() and national_id.isdigit() and len(national_id) in ID_LENGTHS):
        raise InvalidInput("a national ID has twelve or thirteen digits", field="national_id")
    return national_id


async def _propose(
    engine: Engine,
    unit: Unit,
    actor: Actor,
    borrower: Borrower,
    kind: ChangeKind,
    new: str,
    reason: str,
    case: IdentityCase | None = None,
) -> IdentityChange:
    await check_free(engine, kind, new)
    change = IdentityChange(
        id=engine.identifiers.new_id(),
        district=unit.district,
        borrower_id=borrower.id,
        mfi_id=actor.mfi_id,
        kind=kind,
        old=borrower.phone.e164 if kind is ChangeKind.NUMBER else borrower.national_id,
        new=new,
        reason=reason,
        made_by=actor.staff_id,
        made_by_name=actor.name,
        made_at=engine.clock.now(),
        case_id=case.id if case is not None else None,
    )
    await unit.identity_changes.add(change)
    await audit(engine, unit, actor, f"borrower.{kind}_change_proposed", borrower.id)
    return change


async def _agreed(engine: Engine, actor: Actor, command: Answer) -> IdentityChange:
    note = check_note(command.note, required=False)
    key = form_key(actor, command.key)
    change = (await change_file(engine, actor, command.district, command.change_id)).change
    if change.made_by == actor.staff_id:
        raise MakerIsChecker
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
    return await standing_old(engine, change), await reserve_new(engine, change)


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
        _check_person(change, actor, withdraws=status is ChangeStatus.WITHDRAWN)
        decided = _decided(engine, actor, change, status, note)
        await unit.identity_changes.save(decided)
        await reopen_case_of(unit, change)
        await audit(engine, unit, actor, f"borrower.{change.kind}_change_{status}", change.borrower_id)
        await unit.commands.complete(key, {"id": str(change.id)})
        await unit.commit()
    return replace(decided, version=decided.version + 1)


def _check_person(change: IdentityChange, actor: Actor, *, withdraws: bool) -> None:
    is_maker = change.made_by == actor.staff_id
    if withdraws and not is_maker:
        raise NotAllowed("a proposal is withdrawn by whoever made it")
    if is_maker and not withdraws:
        raise MakerIsChecker


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


async def _take_turn(engine: Engine, actor: Actor) -> None:
    async with engine.record.unit(actor.district) as unit:
        await take_token(engine, unit, f"identity_change_by:{actor.staff_id}", PROPOSALS_AN_HOUR, _HOUR_SECONDS)
        await unit.commit()


async def _refused(engine: Engine, actor: Actor) -> NotTheBorrower:
    await _write_refusal(engine, actor, ChangeKind.NUMBER, "unknown")
    return NotTheBorrower(field="national_id")


async def _write_refusal(engine: Engine, actor: Actor, kind: ChangeKind, subject: object) -> None:
    """Where the actor's own trail is; what was typed is nobody's to keep."""
    async with engine.record.unit(actor.district) as unit:
        await audit(engine, unit, actor, f"borrower.{kind}_change_refused", subject)
        await unit.commit()
