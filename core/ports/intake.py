"""The intake journal: what came in from outside and must take effect exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class IntakeStatus(StrEnum):
    """Where an intake row stands."""

    WAITING = "waiting"
    DONE = "done"
    RETURNED = "returned"
    SET_ASIDE = "set_aside"


class IntakeKind(StrEnum):
    """What an intake row is."""

    PAYMENT = "payment"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """Something that arrived and must take effect exactly once: a payment, or an application while its node is down.

    `scope` and `reference` are its key (`rail:simulated`, the rail's number; or `application`, the command key).
    `payload` is sealed; `digest` tells a repeat from a clash. `owner`: the id of the borrower who has to wait until
    this one is through, by which `open_of` finds it; None: nobody has to.
    """

    scope: str
    reference: str
    kind: str
    district: str
    digest: bytes
    payload: bytes
    status: IntakeStatus
    received_at: datetime
    attempts: int = 0
    last_error: str = ""
    target: str = ""
    owner: str | None = None

    def may_fail_again(self, code: str, tries_max: int) -> bool:
        """Whether a row that has just failed so may wait for another try. `attempts` counts the tries before this one,
        of all sorts, so that one that waited out a long outage may still fail in another way once.
        """
        return self.attempts + 1 < tries_max or self.last_error != code


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a district has open in the intake. `oldest_received_at`: of what waits; None where nothing does."""

    waiting: int = 0
    set_aside: int = 0
    oldest_received_at: datetime | None = None


class Intake(Protocol):
    """The journal of what came in: durable before anyone is told that it was accepted."""

    async def accept(self, row: IntakeRow) -> IntakeRow | None:
        """Insert if absent; None when it is new, else the row that stands."""
        ...

    async def get(self, scope: str, reference: str) -> IntakeRow | None:
        """The row, however it stands."""
        ...

    async def open_of(self, owner: str) -> Sequence[IntakeRow]:
        """What waits of an owner or was set aside, oldest first."""
        ...

    async def backlog(self, district: str, counted_max: int) -> Backlog:
        """How much is open in a district; of each, more than `counted_max` may be said as that many."""
        ...

    async def waiting(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        """The least tried first, then the oldest, so that what cannot be posted yet holds up nothing else.

        Of one kind, or all. `district` is the one whose node is to post it.
        """
        ...

    async def set_aside(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        """What a rule refused, or what broke too often, oldest first: a person has to look. Of one kind, or all."""
        ...

    async def pin(self, scope: str, reference: str, target: str) -> str:
        """Write where the row's effect goes, once and for all; returns what stands.

        Where an unaddressed payment belongs depends on what is open at the time, so a repeat after a crash must not
        decide it anew.
        """
        ...

    async def mark(self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = "") -> None:
        """Count a try and write what came of it. What is done or returned stays so."""
        ...

    async def try_again(self, scope: str, reference: str, *, at: datetime) -> bool:
        """Let a row that was set aside wait again, its tries forgotten; False when it is not set aside."""
        ...
