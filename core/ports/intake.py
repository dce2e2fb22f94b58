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


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """Something that arrived and must take effect exactly once: a payment, or an application while its node is down.

    `scope` and `reference` are its key (`rail:simulated`, the rail's number; or `application`, the command key).
    `payload` is sealed; `digest` tells a repeat from a clash.
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


class Intake(Protocol):
    """The journal of what came in: durable before anyone is told that it was accepted."""

    async def accept(self, row: IntakeRow) -> IntakeRow | None:
        """Insert if absent; None when it is new, else the row that stands."""
        ...

    async def waiting(self, district: str, limit: int) -> Sequence[IntakeRow]:
        """The least tried first, then the oldest, so that what cannot be posted yet holds up nothing else.

        `district` is the one whose node is to post it.
        """
        ...

    async def set_aside(self, district: str, limit: int) -> Sequence[IntakeRow]:
        """What a rule refused, oldest first: a person has to look."""
        ...

    async def pin(self, scope: str, reference: str, target: str) -> str:
        """Write where the row's effect goes, once and for all; returns what stands.

        Where an unaddressed payment belongs depends on what is open at the time, so a repeat after a crash must not
        decide it anew.
        """
        ...

    async def mark(
        self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = ""
    ) -> None: ...
