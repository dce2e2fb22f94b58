"""Ports of what borrowers ask of people, one district's: PIN resets and complaints.

Repositories raise `NotFound` for what is not there (or not this MFI's), and `Conflict` when a row was changed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.complaint import Complaint
from core.records.recovery import PinReset
from core.references import Reference


class PinResets(Protocol):
    """Recoveries of PINs."""

    async def add(self, reset: PinReset) -> None: ...

    async def newest(self, borrower_id: UUID, *, lock: bool = False) -> PinReset | None:
        """The one that was started last: an earlier one's code is good for nothing any more."""
        ...

    async def count_since(self, borrower_id: UUID, since: datetime) -> int:
        """How many were started for a borrower at or after an instant."""
        ...

    async def save(self, reset: PinReset) -> None:
        """Keep the tries, and when it was verified and used."""
        ...


class Complaints(Protocol):
    """Complaints of borrowers about lenders."""

    async def add(self, complaint: Complaint) -> None: ...

    async def by_reference(
        self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False
    ) -> Complaint: ...

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Complaint]:
        """Newest first."""
        ...

    async def save(self, complaint: Complaint) -> None:
        """Write version + 1 over `complaint.version`. Raises `Conflict` when the stored version is another."""
        ...
