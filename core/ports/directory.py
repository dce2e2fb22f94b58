"""The directory: who a phone number, a national ID, a reference or a sign-in e-mail is, across districts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.references import Reference


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """Who a phone number is. `version` guards every change; `pin_hash` is Argon2id in PHC form.

    `state`: `reserved` while a registration or a change of number is under way, then `active`. A number that a borrower
    came to by a change has no PIN yet: its `pin_hash` is empty until they choose one.
    `draft_id` and `borrower_id` together name the reservation that the entry came from.
    """

    phone_hash: bytes
    state: str
    district: str
    borrower_id: UUID
    draft_id: UUID
    language: str
    pin_hash: str
    pin_failures: int = 0
    pin_locked_until: datetime | None = None
    pin_needs_officer: bool = False
    last_pin_attempt: str = ""
    last_pin_result: str = ""
    reserved_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class IdentityEntry:
    """Which borrower a national ID belongs to, unique on the platform."""

    identity_hash: bytes
    state: str
    district: str
    borrower_id: UUID
    draft_id: UUID
    reserved_at: datetime


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """What a reference number stands for. `owner` is the draft or the command that reserved it."""

    reference: Reference
    kind: str
    district: str
    owner: str


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """In which district a sign-in e-mail lives."""

    email_hash: bytes
    district: str
    staff_id: UUID


class Directory(Protocol):
    """Who is who, across districts. Insert-if-absent and compare-and-set only."""

    async def phone(self, phone_hash: bytes) -> PhoneEntry | None: ...

    async def reserve_phone(self, entry: PhoneEntry) -> PhoneEntry:
        """Insert if absent; returns what stands afterwards, the caller's own or somebody else's."""
        ...

    async def save_phone(self, entry: PhoneEntry) -> bool:
        """Write version + 1 over `entry.version`; False when the stored version is another."""
        ...

    async def remove_phone(self, entry: PhoneEntry) -> None:
        """Remove an entry, if what stands has its draft, its borrower and its state: somebody else's stays."""
        ...

    async def reserved_phones(self, district: str, before: datetime, limit: int) -> Sequence[PhoneEntry]:
        """Reservations of a district that were made before an instant and never became active, oldest first."""
        ...

    async def identity(self, identity_hash: bytes) -> IdentityEntry | None: ...

    async def reserve_identity(self, entry: IdentityEntry) -> IdentityEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def activate_identity(self, entry: IdentityEntry) -> None:
        """Make it active, if what stands has its draft and its borrower."""
        ...

    async def remove_identity(self, entry: IdentityEntry) -> None:
        """As `remove_phone`."""
        ...

    async def reserved_identities(self, district: str, before: datetime, limit: int) -> Sequence[IdentityEntry]:
        """As `reserved_phones`."""
        ...

    async def reserve_reference(self, entry: ReferenceEntry) -> ReferenceEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def reference(self, reference: Reference) -> ReferenceEntry | None: ...

    async def add_staff(self, entry: StaffEntry) -> StaffEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def staff(self, email_hash: bytes) -> StaffEntry | None: ...
