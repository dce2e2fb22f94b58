"""Complaints: taken on the phone, answered by the lender in time, and closed. The borrower is told of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import Borrower, Channel
from core.records.complaint import ANSWER_DUE_DAYS, Complaint, ComplaintKind, ComplaintMoved, ComplaintStatus
from core.records.message import MessageKind
from core.records.staff import Actor, Permission
from core.records.staff_words import check_words_for_sms
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.locating import district_of, reserve_reference
from core.use_cases.messages import tell

WORDS_MAX: Final = 160
"""The longest that a phone types in one go, with room for the digits before it."""

ANSWER_SEPTETS_MAX: Final = 160
"""It reaches the borrower inside an SMS of two segments, whatever is typed: phones count some characters as two."""

COMPLAINTS_OPEN_MAX: Final = 5
"""How many complaints of one borrower may wait for an answer at once."""


class ComplaintOutcome(StrEnum):
    """What came of a complaint."""

    TAKEN = "taken"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Complain:
    """What the borrower says, and about whom. `words` may be empty: the kind is enough to begin with."""

    draft_id: UUID
    phone: PhoneNumber
    mfi_id: UUID
    kind: ComplaintKind
    words: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it; the complaint, when it was taken."""

    outcome: ComplaintOutcome
    complaint: Complaint | None = None


@dataclass(frozen=True, slots=True)
class AnswerComplaint:
    """What the lender says to the borrower, in at most `ANSWER_SEPTETS_MAX` as an SMS counts them."""

    reference: Reference
    answer: str
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class CloseComplaint:
    """Close an answered complaint, with a note of how it ended."""

    reference: Reference
    note: str
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class ComplaintFile:
    """A complaint and who made it."""

    complaint: Complaint
    borrower: Borrower


async def complain(engine: Engine, command: Complain) -> Taken:
    """Take a complaint, and tell the number its reference. Key: `complain:{draft}`.

    Raises `NotRegistered`, `NotFound` (no such lender), `InvalidInput` (too long), `DistrictDown`.
    """
    if len(command.words) > WORDS_MAX:
        raise InvalidInput(f"at most {WORDS_MAX} characters", field="words")
    entry = await registered(engine, command.phone)
    mfi = (await engine.record.catalogue()).mfi(command.mfi_id)
    async with engine.record.unit(entry.district) as unit:
        key = f"complain:{command.draft_id}"
        if (earlier := await earlier_outcome(unit, key)) is not None:
            kept = await unit.complaints.by_reference(Reference(earlier["reference"]))
            return Taken(ComplaintOutcome.TAKEN, kept)
        # The lock makes two complaints at one moment count each other.
        await unit.borrowers.get(entry.borrower_id, lock=True)
        if await _waiting(unit, entry.borrower_id) >= COMPLAINTS_OPEN_MAX:
            return Taken(ComplaintOutcome.TOO_MANY)
        reference = await reserve_reference(engine, "complaint", entry.district, key)
        complaint = await _new(engine, unit, entry, command, reference)
        await unit.complaints.add(complaint)
        await tell(
            engine,
            unit,
            MessageKind.COMPLAINT_RECEIVED,
            entry.borrower_id,
            key=f"complaint_received:{complaint.id}",
            mfi_id=mfi.id,
            mfi_name=mfi.name,
            reference=reference,
            due_on=complaint.due_on,
            complaints_phone=mfi.complaints_phone,
        )
        await unit.commands.complete(key, {"reference": str(reference)})
        await unit.commit()
    return Taken(ComplaintOutcome.TAKEN, complaint)


async def complaints_of(engine: Engine, phone: PhoneNumber) -> Sequence[Complaint]:
    """The caller's own, newest first. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        return await unit.complaints.of_borrower(entry.borrower_id)


async def complaint_file(engine: Engine, actor: Actor, reference: Reference) -> ComplaintFile:
    """Read one complaint about the actor's own MFI. Raises `NotFound` (also for another's), `NotAllowed`."""
    actor.require(Permission.COMPLAINT_READ)
    async with engine.record.unit(await district_of(engine, reference)) as unit:
        complaint = await unit.complaints.by_reference(reference, mfi_id=actor.mfi_id)
        return ComplaintFile(complaint, await unit.borrowers.get(complaint.borrower_id))


async def answer_complaint(engine: Engine, actor: Actor, command: AnswerComplaint) -> Complaint:
    """Answer; the borrower reads it by SMS, with where to go when it does not satisfy.

    Raises `ComplaintMoved`, `InvalidInput` (empty), `NotOnPhones`, `TooLongForSms`, `NotFound`, `NotAllowed`,
    `DistrictDown`.
    """
    actor.require(Permission.COMPLAINT_ANSWER)
    answer = check_words_for_sms(command.answer, room=ANSWER_SEPTETS_MAX, field="answer")
    mfi = (await engine.record.catalogue()).mfi(actor.mfi_id)
    async with engine.record.unit(await district_of(engine, command.reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "answer_complaint", command)
        complaint = await unit.complaints.by_reference(command.reference, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return complaint
        _check(complaint, ComplaintStatus.OPEN, command.seen_version)
        answered = replace(
            complaint,
            status=ComplaintStatus.ANSWERED,
            answer=answer,
            answered_by=actor.staff_id,
            answered_by_name=actor.name,
            answered_at=engine.clock.now(),
        )
        await unit.complaints.save(answered)
        await tell(
            engine,
            unit,
            MessageKind.COMPLAINT_ANSWERED,
            complaint.borrower_id,
            key=f"complaint_answered:{complaint.id}",
            mfi_id=mfi.id,
            mfi_name=mfi.name,
            reference=complaint.reference,
            answer=answer,
        )
        await audit(engine, unit, actor, "complaint.answered", complaint.reference)
        await unit.commands.complete(key, {"status": answered.status})
        await unit.commit()
    return replace(answered, version=complaint.version + 1)


async def close_complaint(engine: Engine, actor: Actor, command: CloseComplaint) -> Complaint:
    """Close a complaint that was answered. Raises as `answer_complaint` does."""
    actor.require(Permission.COMPLAINT_ANSWER)
    note = check_note(command.note, required=True)
    async with engine.record.unit(await district_of(engine, command.reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "close_complaint", command)
        complaint = await unit.complaints.by_reference(command.reference, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return complaint
        _check(complaint, ComplaintStatus.ANSWERED, command.seen_version)
        closed = replace(
            complaint,
            status=ComplaintStatus.CLOSED,
            closing_note=note,
            closed_by=actor.staff_id,
            closed_by_name=actor.name,
            closed_at=engine.clock.now(),
        )
        await unit.complaints.save(closed)
        await audit(engine, unit, actor, "complaint.closed", complaint.reference)
        await unit.commands.complete(key, {"status": closed.status})
        await unit.commit()
    return replace(closed, version=complaint.version + 1)


def _check(complaint: Complaint, status: ComplaintStatus, seen_version: int) -> None:
    if complaint.status is not status or complaint.version != seen_version:
        raise ComplaintMoved


async def _waiting(unit: Unit, borrower_id: UUID) -> int:
    return sum(one.status is ComplaintStatus.OPEN for one in await unit.complaints.of_borrower(borrower_id))


async def _new(engine: Engine, unit: Unit, entry: PhoneEntry, command: Complain, reference: Reference) -> Complaint:
    opened_on = await unit.business_date()
    return Complaint(
        id=engine.identifiers.new_id(),
        district=entry.district,
        reference=reference,
        borrower_id=entry.borrower_id,
        mfi_id=command.mfi_id,
        kind=command.kind,
        words=command.words,
        channel=command.channel,
        status=ComplaintStatus.OPEN,
        opened_on=opened_on,
        opened_at=engine.clock.now(),
        due_on=opened_on + timedelta(days=ANSWER_DUE_DAYS),
    )
