"""Who is who: `core.ports.directory.Directory`. Insert if absent and compare-and-set, one row a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from core.ports.directory import IdentityEntry, PhoneEntry, ReferenceEntry, StaffEntry
from core.references import Reference
from storage.postgres.channel.pool import ChannelPool

PHONE_COLUMNS: Final = (
    "phone_hash",
    "state",
    "district",
    "borrower_id",
    "draft_id",
    "language",
    "pin_hash",
    "pin_failures",
    "pin_locked_until",
    "pin_needs_officer",
    "last_pin_attempt",
    "last_pin_result",
    "reserved_at",
    "version",
)

_PHONE: Final = f"select {', '.join(PHONE_COLUMNS)} from channel.phones where phone_hash = $1"  # noqa: S608 - constants
_RESERVE_PHONE: Final = f"""
    insert into channel.phones ({", ".join(PHONE_COLUMNS)})
    values ({", ".join(f"${n}" for n in range(1, len(PHONE_COLUMNS) + 1))})
    on conflict (phone_hash) do nothing
"""  # noqa: S608 - constants
_SAVE_PHONE: Final = f"""
    update channel.phones
    set ({", ".join(PHONE_COLUMNS[1:])}) = ({", ".join(f"${n}" for n in range(2, len(PHONE_COLUMNS)))}, $14 + 1)
    where phone_hash = $1 and version = $14
"""  # noqa: S608 - constants
_REMOVE_PHONE: Final = """
    delete from channel.phones where phone_hash = $1 and draft_id = $2 and borrower_id = $3 and state = $4
"""
_RESERVED_PHONES: Final = f"""
    select {", ".join(PHONE_COLUMNS)} from channel.phones
    where district = $1 and state = 'reserved' and reserved_at < $2
    order by reserved_at limit $3
"""  # noqa: S608 - constants

_IDENTITY: Final = """
    select identity_hash, state, district, borrower_id, draft_id, reserved_at
    from channel.identities where identity_hash = $1
"""
_RESERVE_IDENTITY: Final = """
    insert into channel.identities (identity_hash, state, district, borrower_id, draft_id, reserved_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (identity_hash) do nothing
"""
_ACTIVATE_IDENTITY: Final = """
    update channel.identities set state = 'active' where identity_hash = $1 and draft_id = $2 and borrower_id = $3
"""
_REMOVE_IDENTITY: Final = """
    delete from channel.identities where identity_hash = $1 and draft_id = $2 and borrower_id = $3 and state = $4
"""
_RESERVED_IDENTITIES: Final = """
    select identity_hash, state, district, borrower_id, draft_id, reserved_at from channel.identities
    where district = $1 and state = 'reserved' and reserved_at < $2
    order by reserved_at limit $3
"""

_REFERENCE: Final = "select reference, kind, district, owner from channel.reference_numbers where reference = $1"
_RESERVE_REFERENCE: Final = """
    insert into channel.reference_numbers (reference, kind, district, owner) values ($1, $2, $3, $4)
    on conflict (reference) do nothing
"""

_STAFF: Final = "select email_hash, district, staff_id from channel.staff_emails where email_hash = $1"
_ADD_STAFF: Final = """
    insert into channel.staff_emails (email_hash, district, staff_id) values ($1, $2, $3)
    on conflict (email_hash) do nothing
"""


class DirectoryOnPostgres:
    """`core.ports.directory.Directory`."""

    def __init__(self, pool: ChannelPool) -> None:
        self._pool = pool

    async def phone(self, phone_hash: bytes) -> PhoneEntry | None:
        row = await self._pool.row(_PHONE, phone_hash)
        return None if row is None else phone_entry(row)

    async def reserve_phone(self, entry: PhoneEntry) -> PhoneEntry:
        while True:
            if await self._pool.write(_RESERVE_PHONE, *_phone_values(entry)):
                return entry
            if (standing := await self.phone(entry.phone_hash)) is not None:
                return standing
            # Released between the two statements: it is free again.

    async def save_phone(self, entry: PhoneEntry) -> bool:
        return await self._pool.write(_SAVE_PHONE, *_phone_values(entry)) == 1

    async def remove_phone(self, entry: PhoneEntry) -> None:
        await self._pool.write(_REMOVE_PHONE, entry.phone_hash, entry.draft_id, entry.borrower_id, entry.state)

    async def reserved_phones(self, district: str, before: datetime, limit: int) -> Sequence[PhoneEntry]:
        return [phone_entry(row) for row in await self._pool.rows(_RESERVED_PHONES, district, before, limit)]

    async def identity(self, identity_hash: bytes) -> IdentityEntry | None:
        row = await self._pool.row(_IDENTITY, identity_hash)
        return None if row is None else _identity_entry(row)

    async def reserve_identity(self, entry: IdentityEntry) -> IdentityEntry:
        values = (
            entry.identity_hash,
            entry.state,
            entry.district,
            entry.borrower_id,
            entry.draft_id,
            entry.reserved_at,
        )
        while True:
            if await self._pool.write(_RESERVE_IDENTITY, *values):
                return entry
            if (standing := await self.identity(entry.identity_hash)) is not None:
                return standing

    async def activate_identity(self, entry: IdentityEntry) -> None:
        await self._pool.write(_ACTIVATE_IDENTITY, entry.identity_hash, entry.draft_id, entry.borrower_id)

    async def remove_identity(self, entry: IdentityEntry) -> None:
        await self._pool.write(_REMOVE_IDENTITY, entry.identity_hash, entry.draft_id, entry.borrower_id, entry.state)

    async def reserved_identities(self, district: str, before: datetime, limit: int) -> Sequence[IdentityEntry]:
        return [_identity_entry(row) for row in await self._pool.rows(_RESERVED_IDENTITIES, district, before, limit)]

    async def reserve_reference(self, entry: ReferenceEntry) -> ReferenceEntry:
        values = (entry.reference.digits, entry.kind, entry.district, entry.owner)
        if await self._pool.write(_RESERVE_REFERENCE, *values):
            return entry
        return await self.reference(entry.reference) or entry

    async def reference(self, reference: Reference) -> ReferenceEntry | None:
        row = await self._pool.row(_REFERENCE, reference.digits)
        if row is None:
            return None
        return ReferenceEntry(Reference(row["reference"]), row["kind"], row["district"], row["owner"])

    async def add_staff(self, entry: StaffEntry) -> StaffEntry:
        if await self._pool.write(_ADD_STAFF, entry.email_hash, entry.district, entry.staff_id):
            return entry
        return await self.staff(entry.email_hash) or entry

    async def staff(self, email_hash: bytes) -> StaffEntry | None:
        row = await self._pool.row(_STAFF, email_hash)
        return None if row is None else StaffEntry(row["email_hash"], row["district"], row["staff_id"])


def phone_entry(row: asyncpg.Record) -> PhoneEntry:
    """The entry in a row that has `PHONE_COLUMNS`."""
    return PhoneEntry(*(row[name] for name in PHONE_COLUMNS))


def _phone_values(entry: PhoneEntry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in PHONE_COLUMNS)


def _identity_entry(row: asyncpg.Record) -> IdentityEntry:
    return IdentityEntry(
        identity_hash=row["identity_hash"],
        state=row["state"],
        district=row["district"],
        borrower_id=row["borrower_id"],
        draft_id=row["draft_id"],
        reserved_at=row["reserved_at"],
    )
