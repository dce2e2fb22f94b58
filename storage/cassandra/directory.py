"""Who is who: `core.ports.directory.Directory`. Lightweight transactions alone, one row and one round a call.

A reservation is also named in an index for the worker, by plain writes to a table of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.ports.directory import IdentityEntry, PhoneEntry, ReferenceEntry, StaffEntry
from core.references import Reference
from storage.cassandra.doubts import Doubts
from storage.cassandra.instants import to_instant, to_microseconds
from storage.cassandra.reservations import STATEMENTS as RESERVATION_STATEMENTS
from storage.cassandra.reservations import OpenReservations
from storage.cassandra.session import ChannelSession, Condition, Query, Row, Statement

_PHONE_COLUMNS: Final = (
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
_IDENTITY_COLUMNS: Final = ("identity_hash", "state", "district", "borrower_id", "draft_id", "reserved_at")


def _insert(table: str, columns: tuple[str, ...]) -> Condition:
    marks = ", ".join("?" * len(columns))
    return Condition(f"insert into {table} ({', '.join(columns)}) values ({marks}) if not exists")  # noqa: S608 - constants


PHONE: Final = Query(f"select {', '.join(_PHONE_COLUMNS)} from phones where phone_hash = ?")  # noqa: S608 - constants
_RESERVE_PHONE: Final = _insert("phones", _PHONE_COLUMNS)
_SAVE_PHONE: Final = Condition(
    f"update phones set {', '.join(f'{name} = ?' for name in _PHONE_COLUMNS[1:])} "  # noqa: S608 - constants
    "where phone_hash = ? if version = ?"
)
_REMOVE_PHONE: Final = Condition(
    "delete from phones where phone_hash = ? if draft_id = ? and borrower_id = ? and state = ?"
)

_IDENTITY: Final = Query(f"select {', '.join(_IDENTITY_COLUMNS)} from identities where identity_hash = ?")  # noqa: S608 - constants
_RESERVE_IDENTITY: Final = _insert("identities", _IDENTITY_COLUMNS)
_ACTIVATE_IDENTITY: Final = Condition(
    "update identities set state = 'active' where identity_hash = ? if draft_id = ? and borrower_id = ?"
)
_REMOVE_IDENTITY: Final = Condition(
    "delete from identities where identity_hash = ? if draft_id = ? and borrower_id = ? and state = ?"
)

_REFERENCE: Final = Query("select reference, kind, district, owner from reference_numbers where reference = ?")
_RESERVE_REFERENCE: Final = _insert("reference_numbers", ("reference", "kind", "district", "owner"))

_STAFF: Final = Query("select email_hash, district, staff_id from staff_emails where email_hash = ?")
_ADD_STAFF: Final = _insert("staff_emails", ("email_hash", "district", "staff_id"))

STATEMENTS: Final[tuple[Statement, ...]] = (
    PHONE,
    _RESERVE_PHONE,
    _SAVE_PHONE,
    _REMOVE_PHONE,
    _IDENTITY,
    _RESERVE_IDENTITY,
    _ACTIVATE_IDENTITY,
    _REMOVE_IDENTITY,
    _REFERENCE,
    _RESERVE_REFERENCE,
    _STAFF,
    _ADD_STAFF,
    *RESERVATION_STATEMENTS,
)


class DirectoryOnCassandra:
    """`core.ports.directory.Directory`."""

    def __init__(self, session: ChannelSession) -> None:
        self._session = session
        self._doubts = Doubts()
        self._open_phones = OpenReservations(session, "phone", self.phone)
        self._open_identities = OpenReservations(session, "identity", self.identity)

    async def phone(self, phone_hash: bytes) -> PhoneEntry | None:
        row = await self._read(PHONE, phone_hash)
        return None if row is None else phone_entry(row)

    async def reserve_phone(self, entry: PhoneEntry) -> PhoneEntry:
        await self._open_phones.announce(entry)
        standing = await self._write(_RESERVE_PHONE, entry.phone_hash, *_phone_values(entry))
        if standing is not None:
            return await self._open_phones.lost(entry, phone_entry(standing))
        await self._open_phones.confirm(entry)
        return entry

    async def save_phone(self, entry: PhoneEntry) -> bool:
        _, *values, version = _phone_values(entry)
        with self._doubts.watching(entry.phone_hash):
            outcome = await self._session.compare_and_set(
                (_SAVE_PHONE, (*values, entry.version + 1, entry.phone_hash, version))
            )
        if not outcome.applied:
            self._doubts.add(entry.phone_hash)
        return outcome.applied

    async def remove_phone(self, entry: PhoneEntry) -> None:
        values = (entry.phone_hash, entry.draft_id, entry.borrower_id, entry.state)
        if await self._write(_REMOVE_PHONE, entry.phone_hash, *values) is None:
            await self._open_phones.close(entry)

    async def reserved_phones(self, district: str, before: datetime, limit: int) -> Sequence[PhoneEntry]:
        return await self._open_phones.standing(district, before, limit)

    async def identity(self, identity_hash: bytes) -> IdentityEntry | None:
        row = await self._read(_IDENTITY, identity_hash)
        return None if row is None else _identity_entry(row)

    async def reserve_identity(self, entry: IdentityEntry) -> IdentityEntry:
        await self._open_identities.announce(entry)
        standing = await self._write(_RESERVE_IDENTITY, entry.identity_hash, *_identity_values(entry))
        if standing is not None:
            return await self._open_identities.lost(entry, _identity_entry(standing))
        await self._open_identities.confirm(entry)
        return entry

    async def activate_identity(self, entry: IdentityEntry) -> None:
        key = entry.identity_hash
        await self._write(_ACTIVATE_IDENTITY, key, key, entry.draft_id, entry.borrower_id)

    async def remove_identity(self, entry: IdentityEntry) -> None:
        values = (entry.identity_hash, entry.draft_id, entry.borrower_id, entry.state)
        if await self._write(_REMOVE_IDENTITY, entry.identity_hash, *values) is None:
            await self._open_identities.close(entry)

    async def reserved_identities(self, district: str, before: datetime, limit: int) -> Sequence[IdentityEntry]:
        return await self._open_identities.standing(district, before, limit)

    async def reserve_reference(self, entry: ReferenceEntry) -> ReferenceEntry:
        values = (entry.reference.digits, entry.kind, entry.district, entry.owner)
        standing = await self._write(_RESERVE_REFERENCE, entry.reference.digits, *values)
        return entry if standing is None else _reference_entry(standing)

    async def reference(self, reference: Reference) -> ReferenceEntry | None:
        row = await self._read(_REFERENCE, reference.digits)
        return None if row is None else _reference_entry(row)

    async def add_staff(self, entry: StaffEntry) -> StaffEntry:
        standing = await self._write(_ADD_STAFF, entry.email_hash, entry.email_hash, entry.district, entry.staff_id)
        return entry if standing is None else StaffEntry(**standing)

    async def staff(self, email_hash: bytes) -> StaffEntry | None:
        row = await self._read(_STAFF, email_hash)
        return None if row is None else StaffEntry(**row)

    async def _read(self, query: Query, key: bytes | str) -> Row | None:
        serial = key in self._doubts
        row = await self._session.row(query, key, serial=serial)
        if serial:
            self._doubts.remove(key)
        return row

    async def _write(self, statement: Condition, key: bytes | str, *values: object) -> Row | None:
        """The row that stood in the way, if one did. The answer itself is the serial read."""
        with self._doubts.watching(key):
            outcome = await self._session.compare_and_set((statement, values))
        return None if outcome.applied else outcome.standing


def phone_entry(row: Row) -> PhoneEntry:
    """The entry in a row of `phones`."""
    return PhoneEntry(
        **row | {"pin_locked_until": to_instant(row["pin_locked_until"]), "reserved_at": to_instant(row["reserved_at"])}
    )


def _phone_values(entry: PhoneEntry) -> tuple[object, ...]:
    instants = {
        "pin_locked_until": to_microseconds(entry.pin_locked_until),
        "reserved_at": to_microseconds(entry.reserved_at),
    }
    return tuple(instants[name] if name in instants else getattr(entry, name) for name in _PHONE_COLUMNS)


def _identity_entry(row: Row) -> IdentityEntry:
    return IdentityEntry(**row | {"reserved_at": to_instant(row["reserved_at"])})


def _identity_values(entry: IdentityEntry) -> tuple[object, ...]:
    values = tuple(getattr(entry, name) for name in _IDENTITY_COLUMNS[:-1])
    return (*values, to_microseconds(entry.reserved_at))


def _reference_entry(row: Row) -> ReferenceEntry:
    return ReferenceEntry(Reference(row["reference"]), row["kind"], row["district"], row["owner"])
