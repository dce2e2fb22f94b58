"""Complaints of the caller: sending one, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.answers.telephones import telephone
from conversations.engine import Ask, Choice, Outcome, Text, Value
from conversations.flows.complaint import NO_WORDS
from core.errors import NotFound
from core.records.catalogue import Catalogue
from core.records.complaint import Complaint, ComplaintKind, ComplaintStatus
from core.use_cases import complaining

STATES: Final[Mapping[ComplaintStatus, str]] = {
    ComplaintStatus.OPEN: "complaints.state_open",
    ComplaintStatus.ANSWERED: "complaints.state_answered",
    ComplaintStatus.CLOSED: "complaints.state_closed",
}
SHOWN_MAX: Final = 9


async def complain(scene: Scene, ask: Ask) -> Outcome:
    """Send it, once for each draft."""
    words = arguments.text(ask, "complaint_words")
    command = complaining.Complain(
        draft_id=arguments.named_by(ask),
        phone=scene.caller,
        mfi_id=arguments.identifier(ask, "lender"),
        kind=ComplaintKind(arguments.text(ask, "complaint_kind")),
        words="" if words == NO_WORDS else words,
        channel=scene.channel,
    )
    try:
        taken = await complaining.complain(scene.engine, command)
    except NotFound:
        return Outcome(name="gone")
    if taken.complaint is None:
        return Outcome(name="too_many")
    values: dict[str, Value] = {"reference": taken.complaint.reference, "due_on": taken.complaint.due_on}
    return Outcome(name="taken", values=values)


async def my_complaints(scene: Scene, _ask: Ask) -> Outcome:
    """The newest of them: the day, the lender, where it stands."""
    catalogue = await scene.engine.record.catalogue()
    seen = await complaining.complaints_of(scene.engine, scene.caller)
    listed = tuple(_choice(catalogue, complaint) for complaint in seen[:SHOWN_MAX])
    return Outcome(name="listed", values={"complaints": listed}) if listed else Outcome(name="none")


async def my_complaint(scene: Scene, ask: Ask) -> Outcome:
    """One of them, with the lender's answer or the day when it is due."""
    reference = arguments.reference(ask, "complaint")
    seen = await complaining.complaints_of(scene.engine, scene.caller)
    complaint = next((each for each in seen if each.reference == reference), None)
    if complaint is None:
        return Outcome(name="gone")
    mfi = (await scene.engine.record.catalogue()).mfi(complaint.mfi_id)
    standing = (
        Text("complaints.answer", {"answer": complaint.answer})
        if complaint.answer
        else Text("complaints.due", {"due_on": complaint.due_on})
    )
    values: dict[str, Value] = {
        "mfi_name": mfi.name,
        "complaints_phone": telephone(mfi.complaints_phone),
        "reference": complaint.reference,
        "opened_on": complaint.opened_on,
        "complaint_standing": standing,
    }
    return Outcome(name="shown", values=values)


def _choice(catalogue: Catalogue, complaint: Complaint) -> Choice:
    values: dict[str, Value] = {
        "opened_on": complaint.opened_on,
        "mfi_name": catalogue.mfi(complaint.mfi_id).name,
        "complaint_state": Text(STATES[complaint.status]),
    }
    return Choice(str(complaint.reference), Text("complaints.line", values))
