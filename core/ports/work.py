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

    async def withdraw(self, key: str) -> bool:
        """Take back a row whose cause was undone; False when it was worked on already, or never was there."""
        ...

    async def purge(self, topic: str, before: datetime, limit: int) -> int:
        """Remove up to `limit` finished rows of a topic that were added before an instant; how many went."""
        ...


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

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that were used, without taking any."""
        ...

    async def complete(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Store the outcome of a key claimed in this unit."""
        ...

    async def purge(self, prefix: str, before: datetime, limit: int) -> int:
        """Forget up to `limit` keys that begin so and were claimed before an instant; how many went."""
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


@dataclass(frozen=True, slots=True)
class AuditSeal:
    """What one lender's trail in one district was after one instant and up to another, bound to the seal before it.

    entries: the hexadecimal digest of each entry by its id. `previous` is the seal before, empty for the first.
    """

    district: str
    mfi_id: UUID
    n: int
    after_at: datetime
    through_at: datetime
    entries: Mapping[str, str]
    previous: bytes
    seal: bytes
    sealed_at: datetime


class Audit(Protocol):
    """The audit trail, append-only; sealed into a hash chain per (district, MFI) by the worker."""

    async def add(self, entry: AuditEntry) -> None: ...

    async def between(
        self, mfi_id: UUID, after: datetime, through: datetime, limit: int | None = None
    ) -> Sequence[AuditEntry]:
        """A lender's entries after one instant, up to and with another, by time and id.

        With a limit: the first so many, and those of the same instant as the last of them.
        """
        ...

    async def newest_seal(self, mfi_id: UUID) -> AuditSeal | None:
        """The end of a lender's chain."""
        ...

    async def seals(self, mfi_id: UUID, after_n: int, limit: int) -> Sequence[AuditSeal]:
        """A lender's seals in order, from behind one number on."""
        ...

    async def add_seal(self, seal: AuditSeal) -> bool:
        """Append; False when another worker has put a seal of this number there."""
        ...
