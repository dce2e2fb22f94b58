"""The work around a transaction: what is to be done outside, the clock's jobs, keys used, and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something to do outside, written in the transaction of its cause. `data` holds ids and figures, never text."""

    id: UUID
    district: str
    topic: str
    kind: str
    key: str
    data: Mapping[str, Any]
    due_at: datetime
    attempts: int = 0
    last_error: str = ""


class Outbox(Protocol):
    """What has to be done outside: messages and payouts. Topics: `message`, `payout`, `directory`."""

    async def add(self, row: OutboxRow) -> bool:
        """Insert; False when the key is there already."""
        ...

    async def claim(self, now: datetime, limit: int, lease_seconds: int) -> Sequence[OutboxRow]:
        """Take due rows (skip locked) by pushing their `due_at` beyond the lease; commit, then work on them."""
        ...

    async def done(self, row_id: UUID, at: datetime) -> None: ...

    async def retry(self, row_id: UUID, due_at: datetime, error: str) -> None: ...

    async def give_up(self, row_id: UUID, at: datetime, error: str) -> None: ...


class Jobs(Protocol):
    """Runs of a district's clock-driven jobs: one row a job and day, under a lease, so that one worker does each."""

    async def begin(self, job: str, run_on: date, *, holder: str, now: datetime, lease_seconds: int) -> bool:
        """Take the run of a day; False when it is finished, or held by another holder whose lease still runs."""
        ...

    async def finish(self, job: str, run_on: date, *, at: datetime, counts: Mapping[str, int]) -> None:
        """Say that the run was done, and what it did."""
        ...


class Commands(Protocol):
    """Idempotency keys and what came of them, in the transaction of the effect."""

    async def claim(self, key: str, digest: bytes) -> Mapping[str, Any] | None:
        """Take a key, or return the outcome stored under it.

        A concurrent holder is waited for. Raises `KeyReused` when the key came with another digest.
        """
        ...

    async def complete(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Store the outcome of a key claimed in this unit."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of staff or system: who did what to which thing. Never holds a secret or an unmasked identifier."""

    id: UUID
    mfi_id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    subject: str
    details: Mapping[str, Any]
    ip: str = ""


class Audit(Protocol):
    """The audit trail, append-only; sealed into a hash chain per (district, MFI) by the worker."""

    async def add(self, entry: AuditEntry) -> None: ...
