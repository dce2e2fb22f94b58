"""The steps that an application or a loan takes: who, in which role, why and when. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from core.records.staff import Actor


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an application or a loan. `n` counts the subject's steps from one, and is the version it led to."""

    subject_id: UUID
    n: int
    from_status: str | None
    to_status: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    role: str
    reason_code: str
    note: str
    at: datetime
    business_on: date


class Subject(Protocol):
    """What takes steps: an application or a loan."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StepTaker:
    """Who takes a step, as its row names them. The system has no id, and only staff have a name."""

    kind: str
    id: UUID | None
    name: str
    role: str


THE_SYSTEM: Final = StepTaker("system", None, "", "system")
"""What no person does: a day that closes, a rail that answers."""


def by_borrower(borrower_id: UUID) -> StepTaker:
    """The borrower, whose name stands in their own record alone."""
    return StepTaker("borrower", borrower_id, "", "borrower")


def by_staff(actor: Actor) -> StepTaker:
    """A member of staff, with the name and the role that they have now."""
    return StepTaker("staff", actor.staff_id, actor.name, actor.role)


def step_between(
    before: Subject | None,
    after: Subject,
    taker: StepTaker,
    reason_code: str,
    *,
    at: datetime,
    business_on: date,
    note: str = "",
) -> Transition:
    """The step from a subject's newest version to what it became; `before` is None for the step that made it.

    Whether the step may be taken is the subject's own rule, checked before it.
    """
    return Transition(
        subject_id=after.id,
        n=before.version + 1 if before else 1,
        from_status=before.status if before else None,
        to_status=after.status,
        actor_kind=taker.kind,
        actor_id=taker.id,
        actor_name=taker.name,
        role=taker.role,
        reason_code=reason_code,
        note=note,
        at=at,
        business_on=business_on,
    )
