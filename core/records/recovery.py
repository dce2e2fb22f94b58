"""A PIN that is set anew: a member of staff who saw the borrower's ID starts it, a code by SMS goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ResetProof(StrEnum):
    """What the borrower types to show that it is they: the code of an SMS, or the end of their national ID."""

    SMS_CODE = "sms_code"
    IDENTITY_END = "identity_end"


@dataclass(frozen=True, slots=True)
class PinReset:
    """One start of a recovery, and what became of it. Of its code, or of the ID's end, only a keyed digest is kept.

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
    proof: ResetProof = ResetProof.SMS_CODE
    tries: int = 0
    verified_at: datetime | None = None
    used_at: datetime | None = None
