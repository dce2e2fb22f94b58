"""What this actor may do with this application now, and for what they may not, why: the decision box.

It spares people a refusal; it decides nothing. The use cases ask the same questions again, under the row's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from admin_web.languages import Text, mark
from core.records.application import OPEN_STATUSES, TRANSITIONS, ApplicationStatus
from core.records.staff import Actor, Permission
from core.use_cases.reviewing import ApplicationFile

_NOBODY = Text("")


@dataclass(frozen=True, slots=True)
class Choice:
    """A step: the last part of its address, its name, how its button looks, and what stands in the way."""

    verb: str
    name: str
    look: str
    why_not: Text

    @property
    def is_open(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.why_not


def choices_of(file: ApplicationFile, actor: Actor) -> Sequence[Choice]:
    """The steps of the actor's role that the application can still take, in the order of the day's work."""
    if file.application.status not in OPEN_STATUSES or not actor.may(Permission.APPLICATION_RECOMMEND):
        return ()
    steps = (
        Choice("recommend", mark("Recommend…"), "", _against_recommending(file)),
        Choice("approve", mark("Approve…"), "", _against_approving(file, actor)),
        Choice("return", mark("Return to the borrower…"), "second", _NOBODY),
        Choice("reject", mark("Reject…"), "second", _NOBODY),
    )
    return [step for step in steps if _is_for(step, file, actor)]


def _is_for(step: Choice, file: ApplicationFile, actor: Actor) -> bool:
    onward = TRANSITIONS[file.application.status]
    match step.verb:
        case "recommend":
            # An analyst's or a manager's own recommendation would bar them from approving, so approving comes first.
            return ApplicationStatus.IN_REVIEW in onward
        case "approve":
            return actor.may(Permission.APPLICATION_APPROVE) or file.application.recommended_by is not None
        case "return":
            return ApplicationStatus.RETURNED in onward
        case _:
            return ApplicationStatus.REJECTED in onward


def _against_recommending(file: ApplicationFile) -> Text:
    if file.application.status is ApplicationStatus.RETURNED:
        return Text(mark("It waits for the borrower; recommend it when what was asked for is there."))
    return _NOBODY


def _against_approving(file: ApplicationFile, actor: Actor) -> Text:
    application = file.application
    if not actor.may(Permission.APPLICATION_APPROVE):
        return Text(mark("An analyst or a manager approves."))
    if application.recommended_by == actor.staff_id:
        return Text(mark("You recommended it, so somebody else approves it."))
    if application.first_approved_by == actor.staff_id:
        return Text(mark("You gave the first approval, so somebody else gives the second."))
    if ApplicationStatus.APPROVED not in TRANSITIONS[application.status]:
        return Text(mark("Somebody recommends it first."))
    is_second = application.status is ApplicationStatus.AWAITING_SECOND_APPROVAL
    if is_second and not actor.may(Permission.APPLICATION_APPROVE_ABOVE_LIMIT):
        limit = file.mfi.approval_limit_1
        return Text(mark("It is above limit 1 (%(limit)s): a manager gives the second approval."), {"limit": limit})
    return _NOBODY
