"""Where a district finds what was reserved and never became active: an index beside the directory's own rows.

It is written before the reservation and removed with it, so it may name too much and never too little. The reservation
itself says what is true.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

from core.ports.directory import IdentityEntry, PhoneEntry
from storage.cassandra.instants import to_microseconds
from storage.cassandra.session import ChannelSession, Query, Row, Statement, Write

_UNCONFIRMED_SECONDS: Final = 10 * 24 * 3600
"""How long a reservation is named that its process may never have written."""

_NAMED: Final = Query("""
    select hash, draft_id, borrower_id, reserved_at, ttl(reserved_at) as seconds_left from open_reservations
    where district = ? and kind = ? limit 5000
""")
_ANNOUNCE: Final = Write("""
    insert into open_reservations (district, kind, hash, draft_id, borrower_id, reserved_at) values (?, ?, ?, ?, ?, ?)
    using ttl ?
""")
_CLOSE: Final = Write("""
    delete from open_reservations where district = ? and kind = ? and hash = ? and draft_id = ? and borrower_id = ?
""")

STATEMENTS: Final[tuple[Statement, ...]] = (_NAMED, _ANNOUNCE, _CLOSE)

Entry = TypeVar("Entry", PhoneEntry, IdentityEntry)


class OpenReservations(Generic[Entry]):
    """The index, for one kind of entry. `read` finds the entry itself, by its hash."""

    def __init__(self, session: ChannelSession, kind: str, read: Callable[[bytes], Awaitable[Entry | None]]) -> None:
        self._session = session
        self._kind = kind
        self._read: Callable[[bytes], Awaitable[Entry | None]] = read

    async def announce(self, entry: Entry) -> None:
        """Name a reservation that is about to be written."""
        await self._name(entry, _UNCONFIRMED_SECONDS)

    async def confirm(self, entry: Entry) -> None:
        """Name one that was written, for as long as it stands."""
        await self._name(entry, 0)

    async def lost(self, entry: Entry, standing: Entry) -> Entry:
        """Another stood there already: only that one is named. Returns it."""
        if _key(standing) != _key(entry):
            await self.close(entry)
        return standing

    async def close(self, entry: Entry) -> None:
        """Name it no longer."""
        await self._session.write(_CLOSE, entry.district, self._kind, *_key(entry))

    async def standing(self, district: str, before: datetime, limit: int) -> list[Entry]:
        """What was reserved before an instant and still only is, oldest first."""
        bound = to_microseconds(before)
        named = [row for row in await self._session.rows(_NAMED, district, self._kind) if row["reserved_at"] < bound]
        found: list[Entry] = []
        for row in sorted(named, key=lambda row: row["reserved_at"]):
            if len(found) >= limit:
                break
            entry = await self._named_by(district, row)
            if entry is not None:
                found.append(entry)
        return found

    async def _named_by(self, district: str, row: Row) -> Entry | None:
        """The reservation that a row names, if it still is one; else the row goes."""
        entry: Entry | None = await self._read(row["hash"])
        key = (row["hash"], row["draft_id"], row["borrower_id"])
        if entry is None or _key(entry) != key:
            # It may still be written by a process that was held up, and is then named anew: this name ends by itself.
            if row["seconds_left"] is None:
                await self._session.write(
                    _ANNOUNCE, district, self._kind, *key, row["reserved_at"], _UNCONFIRMED_SECONDS
                )
            return None
        if entry.state != "reserved":
            await self.close(entry)
            return None
        return entry

    async def _name(self, entry: Entry, ttl_seconds: int) -> None:
        if entry.reserved_at is not None:  # without an age it never becomes old
            values = (*_key(entry), to_microseconds(entry.reserved_at), ttl_seconds)
            await self._session.write(_ANNOUNCE, entry.district, self._kind, *values)


def _key(entry: PhoneEntry | IdentityEntry) -> tuple[object, ...]:
    name = entry.phone_hash if isinstance(entry, PhoneEntry) else entry.identity_hash
    return name, entry.draft_id, entry.borrower_id
