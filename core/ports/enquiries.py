"""Who looked at a borrower's history, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Who looked at a borrower's history, for what. Kept for a limited time; the borrower may ask for the list."""

    borrower_id: UUID
    at: datetime
    mfi_id: UUID
    staff_id: UUID | None
    purpose: str


class Enquiries(Protocol):
    """The log of look-ups, which itself feeds the score."""

    async def add(self, enquiry: Enquiry) -> None: ...

    async def since(self, borrower_id: UUID, since: datetime) -> Sequence[Enquiry]: ...
