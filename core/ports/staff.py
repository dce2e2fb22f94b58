"""The port of staff: their accounts, sessions, invitations, recovery codes and throttles, in their home district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.staff import Invitation, StaffMember, StaffSession


class Staff(Protocol):
    """Staff, their sessions and their throttles, in their home district."""

    async def add(self, member: StaffMember) -> None: ...

    async def get(self, staff_id: UUID) -> StaffMember: ...

    async def by_email(self, email: str) -> StaffMember | None: ...

    async def save(self, member: StaffMember, *, over: StaffMember | None = None) -> None:
        """Write over a member as they were read: `over`, where the credentials' version changes.

        Raises `Conflict` when that version is another by now: they were shut out, or have changed their credentials.
        """
        ...

    async def add_session(self, session: StaffSession) -> None: ...

    async def session(self, token_hash: bytes) -> StaffSession | None: ...

    async def touch_session(self, token_hash: bytes, at: datetime) -> None: ...

    async def end_session(self, token_hash: bytes) -> None: ...

    async def put_invitation(self, invitation: Invitation) -> None:
        """Keep a member's invitation, in place of any earlier one."""
        ...

    async def invitation(self, token_hash: bytes) -> Invitation | None: ...

    async def remove_invitation(self, token_hash: bytes) -> bool:
        """Use an invitation up; False when there is none (any more): of two at once, one is told True."""
        ...

    async def remove_invitation_of(self, staff_id: UUID) -> None:
        """Withdraw a member's invitation, if there is one."""
        ...

    async def replace_recovery_codes(self, staff_id: UUID, code_hashes: Sequence[bytes]) -> None:
        """Keep these codes of a member, and none of those before."""
        ...

    async def take_recovery_code(self, staff_id: UUID, code_hash: bytes) -> bool:
        """Use a code up; False when the member has no such code (any more)."""
        ...

    async def recovery_codes_left(self, staff_id: UUID) -> int:
        """How many codes a member has not used."""
        ...

    async def take_tokens(self, bucket: str, *, capacity: int, per_seconds: int, now: datetime) -> int:
        """Take one token of a bucket that refills evenly; 0 when taken, else the seconds to wait. Atomic."""
        ...

    async def give_token(self, bucket: str, *, capacity: int, per_seconds: int) -> None:
        """Put a token that was taken back, for an attempt that need not count. Atomic."""
        ...
