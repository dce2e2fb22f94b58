"""Ports of identity cases and of changes of numbers and national IDs, one district's.

Repositories raise `NotFound` for what is not there (or not this MFI's), and `Conflict` when a row was changed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.identity import IdentityCase, IdentityChange


class IdentityCases(Protocol):
    """Identities that came from another phone."""

    async def add(self, case: IdentityCase) -> None: ...

    async def get(self, case_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> IdentityCase: ...

    async def unclosed(self, borrower_id: UUID) -> Sequence[IdentityCase]:
        """A borrower's cases that are not closed, oldest first."""
        ...

    async def save(self, case: IdentityCase) -> None:
        """Write version + 1 over `case.version`. Raises `Conflict` when the stored version is another."""
        ...


class IdentityChanges(Protocol):
    """Changes of numbers and national IDs."""

    async def add(self, change: IdentityChange) -> None:
        """Raises `ChangeUnderWay` while another one of the same borrower is proposed or agreed."""
        ...

    async def get(self, change_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> IdentityChange: ...

    async def overdue(self, before: datetime, limit: int) -> Sequence[IdentityChange]:
        """Those that were proposed before an instant and that nobody has decided on, oldest first.

        They are locked; one that somebody else holds is left out.
        """
        ...

    async def agreed(self, before: datetime, limit: int) -> Sequence[IdentityChange]:
        """Those that were agreed to before an instant and are not done, oldest first."""
        ...

    async def save(self, change: IdentityChange) -> None:
        """Write version + 1 over `change.version`. Raises `Conflict` when the stored version is another."""
        ...
