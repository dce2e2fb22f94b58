"""A known identity from another phone: a new SIM, a mistyped digit, or a thief. A person sorts it out who sees the ID.

The caller is never told; the number that is registered is. Nothing is linked by opening or closing a case: a new number
comes of `core.use_cases.deciding_change` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import IdentityEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import Borrower, Channel
from core.records.identity import (
    CLOSING_OUTCOMES,
    CaseMoved,
    CaseOutcome,
    CaseStatus,
    IdentityCase,
    IdentityChange,
)
from core.records.message import MessageKind
from core.records.staff import Actor, Permission
from core.use_cases.auditing import audit
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.messages import tell

CASES_OPEN_MAX: Final = 5
"""How many numbers may wait for one borrower's identity at once: beyond, the officer has enough to go on."""


@dataclass(frozen=True, slots=True)
class IdentityClaim:
    """What a caller gave whose national ID is another number's."""

    draft_id: UUID
    phone: PhoneNumber
    given_names: str
    surname: str
    date_of_birth: date
    channel: Channel


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case and the borrower whose identity it is about."""

    case: IdentityCase
    borrower: Borrower


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Close a case without changing anything, and say how it ended."""

    district: str
    case_id: UUID
    outcome: CaseOutcome
    note: str
    key: str


async def open_case(engine: Engine, identity: IdentityEntry, claim: IdentityClaim) -> None:
    """Put a claim before the lender's staff, and tell the registered number. Key: `identity_case:{draft}`.

    The same number again, while its case is open, is only counted, so that nobody floods a borrower with messages.
    Raises `DistrictDown`.
    """
    async with engine.record.unit(identity.district) as unit:
        key = f"identity_case:{claim.draft_id}"
        if await earlier_outcome(unit, key) is not None:
            return
        # The lock makes two claims at one moment see each other.
        borrower = await unit.borrowers.get(identity.borrower_id, lock=True)
        unclosed = await unit.identity_cases.unclosed(borrower.id)
        known = next((case for case in unclosed if case.phone == claim.phone), None)
        if known is not None:
            await unit.identity_cases.save(replace(known, tries=known.tries + 1, tried_at=engine.clock.now()))
        elif len(unclosed) < CASES_OPEN_MAX:
            await _open(engine, unit, borrower, claim)
        await unit.commands.complete(key, {"outcome": "noted"})
        await unit.commit()


async def case_file(engine: Engine, actor: Actor, district: str, case_id: UUID) -> CaseFile:
    """Read a case of the actor's own lender. Raises `NotFound` (also for another's), `NotAllowed`, `DistrictDown`."""
    actor.require(Permission.IDENTITY_READ)
    (await engine.record.catalogue()).district(district)
    async with engine.record.unit(district) as unit:
        case = await unit.identity_cases.get(case_id, mfi_id=actor.mfi_id)
        return CaseFile(case, await unit.borrowers.get(case.borrower_id))


async def show_number(engine: Engine, actor: Actor, district: str, case_id: UUID) -> PhoneNumber:
    """The number that a case came from, to be called; who looked is written down. Raises as `case_file` does."""
    actor.require(Permission.BORROWER_REVEAL)
    (await engine.record.catalogue()).district(district)
    async with engine.record.unit(district) as unit:
        case = await unit.identity_cases.get(case_id, mfi_id=actor.mfi_id)
        await audit(engine, unit, actor, "identity_case.number_shown", case.id)
        await unit.commit()
    return case.phone


async def close_case(engine: Engine, actor: Actor, command: CloseCase) -> IdentityCase:
    """Close a case: it was somebody else, or nobody was reached. The number may try again, and opens a new one.

    Raises `CaseMoved`, `InvalidInput`, `NotFound`, `NotAllowed`, `DistrictDown`.
    """
    actor.require(Permission.IDENTITY_PROPOSE)
    if command.outcome not in CLOSING_OUTCOMES:
        raise InvalidInput("that outcome comes of a change", field="outcome")
    note = check_note(command.note, required=True)
    (await engine.record.catalogue()).district(command.district)
    async with engine.record.unit(command.district) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "close_case", command)
        case = await unit.identity_cases.get(command.case_id, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return case
        check_open(case)
        closed = closed_by(engine, actor, case, command.outcome, note)
        await unit.identity_cases.save(closed)
        await audit(engine, unit, actor, "identity_case.closed", case.id, outcome=command.outcome)
        await unit.commands.complete(key, {"outcome": command.outcome})
        await unit.commit()
    return replace(closed, version=case.version + 1)


def check_open(case: IdentityCase) -> None:
    """Raise `CaseMoved` unless the case is open."""
    if case.status is not CaseStatus.OPEN:
        raise CaseMoved


async def reopen_case_of(unit: Unit, change: IdentityChange) -> None:
    """A change that came of a case came to nothing: the case is open again. Nothing happens to one of no case."""
    if change.case_id is None:
        return
    case = await unit.identity_cases.get(change.case_id, lock=True)
    await unit.identity_cases.save(replace(case, status=CaseStatus.OPEN, change_id=None))


def closed_by(engine: Engine, actor: Actor, case: IdentityCase, outcome: CaseOutcome, note: str) -> IdentityCase:
    """The case as it ends."""
    return replace(
        case,
        status=CaseStatus.CLOSED,
        outcome=outcome,
        note=note,
        closed_by=actor.staff_id,
        closed_by_name=actor.name,
        closed_at=engine.clock.now(),
    )


async def _open(engine: Engine, unit: Unit, borrower: Borrower, claim: IdentityClaim) -> None:
    now = engine.clock.now()
    case = IdentityCase(
        id=engine.identifiers.new_id(),
        district=unit.district,
        borrower_id=borrower.id,
        mfi_id=await _answerable(engine, unit, borrower),
        phone=claim.phone,
        given_names=claim.given_names,
        surname=claim.surname,
        same_birth_date=claim.date_of_birth == borrower.date_of_birth,
        channel=claim.channel,
        status=CaseStatus.OPEN,
        opened_at=now,
        tried_at=now,
    )
    await unit.identity_cases.add(case)
    await tell(engine, unit, MessageKind.IDENTITY_CLAIMED_ELSEWHERE, borrower.id, key=f"identity_claimed:{case.id}")


async def _answerable(engine: Engine, unit: Unit, borrower: Borrower) -> UUID:
    """The lender that knows the borrower best: of the newest loan, else of the newest application.

    Of a borrower whom none knows yet, one of those that lend in the district, evenly spread: each case has one.
    """
    for known in (await unit.loans.of_borrower(borrower.id), await unit.applications.of_borrower(borrower.id)):
        if known:
            return known[0].mfi_id
    mfis = sorted((await engine.record.catalogue()).mfis.values(), key=lambda mfi: mfi.code)
    near = [mfi for mfi in mfis if unit.district in mfi.districts] or mfis
    return near[borrower.id.int % len(near)].id
