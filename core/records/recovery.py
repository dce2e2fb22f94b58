"""A PIN that is set anew: a member of staff who saw the borrower's ID starts it, a code by SMS goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PinReset:
    """One start of a recovery, and what became of it. Of its code only a keyed digest is kept.

    `tries` counts wrong codes; `verified_at` is when the right one came, `used_at` when the new PIN was in place.
    """

    id: UUID
    borrower_id: UUID
    mfi_id: UUID
    code_digest: bytes
    started_by: UUID
    started_by_name: str
    started_at: datetime
    expires_at: datetime
    tries: int = 0
    verified_at: datetime | None = None
    used_at: datetime | None = None
