"""Proposing a borrower's new number, or a national ID that was mistyped: with the card in hand, for another to agree.

A number is a borrower's signature: with it go their PIN, their reminders and, where they chose no wallet, their money.
So no member of staff moves one alone: what is proposed here is decided in `core.use_cases.deciding_change`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import Borrower
from core.records.identity import CaseStatus, ChangeKind, IdentityCase, IdentityChange
from core.records.staff import Actor, Permission
from core.use_cases.auditing import audit
from core.use_cases.callers import entry_of
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.identity_cases import check_open
from core.use_cases.recovering import NotTheBorrower, is_the_borrower, take_token
from core.use_cases.reserving_change import IdentityTaken, check_free

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


async def propose_number(engine: Engine, actor: Actor, command: ProposeNumber) -> IdentityChange:
    """Propose a new number for a borrower who is at the branch. Any lender's staff may, as with a PIN.

    Raises `NotTheBorrower` (which of the two is wrong is not said), `NumberTaken`, `ChangeUnderWay`, `InvalidInput`,
    `TooManyAttempts`, `NotAllowed`, `DistrictDown`.
    """
    actor.require(Permission.IDENTITY_PROPOSE)
    reason = check_note(command.reason, required=True)
    await _take_turn(engine, actor)
    entry = await entry_of(engine, command.old)
    if entry is None:
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
