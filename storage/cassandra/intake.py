"""The journal of what came in: `core.ports.intake.Intake`.

A row is written by lightweight transactions alone. `open_intake` says where a district finds what is not finished;
it is written before the row and removed after it is finished, so it may name too much and never too little.
`intake_owners` says the same of an owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.errors import NotFound
from core.ports.intake import Backlog, IntakeKind, IntakeRow, IntakeStatus
from storage.cassandra.instants import to_instant, to_microseconds
from storage.cassandra.session import ChannelSession, Condition, Query, Row, Statement, Write

_COLUMNS: Final = (
    "scope",
    "reference",
    "kind",
    "district",
    "digest",
    "payload",
    "status",
    "received_at",
    "attempts",
    "last_error",
    "target",
    "owner",
)
_OPEN: Final = frozenset({IntakeStatus.WAITING, IntakeStatus.SET_ASIDE})
_UNCONFIRMED_SECONDS: Final = 10 * 24 * 3600
"""How long `open_intake` names a row that its process may never have written."""
_FETCHED_AT_ONCE: Final = 32

_STANDING: Final = Query(f"select {', '.join(_COLUMNS)} from intake where scope = ? and reference = ?")  # noqa: S608 - constants
_ACCEPT: Final = Condition(
    f"insert into intake ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))}) if not exists"  # noqa: S608 - constants
)
_MARK: Final = Condition("""
    update intake set status = ?, attempts = ?, last_error = ?, marked_at = ?
    where scope = ? and reference = ? if attempts = ? and status in ('waiting', 'set_aside')
""")
_PIN: Final = Condition("update intake set target = ? where scope = ? and reference = ? if target = ''")

_TRY_AGAIN: Final = Condition("""
    update intake set status = 'waiting', attempts = 0, marked_at = ?
    where scope = ? and reference = ? if status = 'set_aside'
""")

_OPEN_ROWS: Final = Query(
    "select scope, reference, attempts, received_at, kind, ttl(attempts) as seconds_left from open_intake "
    "where district = ? limit 5000"
)
_ANNOUNCE: Final = Write("""
    insert into open_intake (district, scope, reference, attempts, received_at, kind) values (?, ?, ?, ?, ?, ?)
    using ttl ?
""")
_CLOSE: Final = Write("delete from open_intake where district = ? and scope = ? and reference = ?")
_OWN: Final = Write("insert into intake_owners (owner, scope, reference) values (?, ?, ?) using ttl ?")
_OWNED: Final = Query("select scope, reference from intake_owners where owner = ? limit 100")
_DISOWN: Final = Write("delete from intake_owners where owner = ? and scope = ? and reference = ?")

STATEMENTS: Final[tuple[Statement, ...]] = (
    _STANDING,
    _ACCEPT,
    _MARK,
    _PIN,
    _OPEN_ROWS,
    _ANNOUNCE,
    _CLOSE,
    _TRY_AGAIN,
    _OWN,
    _OWNED,
    _DISOWN,
)


class IntakeOnCassandra:
    """`core.ports.intake.Intake`."""

    def __init__(self, session: ChannelSession) -> None:
        self._session = session

    async def accept(self, row: IntakeRow) -> IntakeRow | None:
        await self._announce(row, _UNCONFIRMED_SECONDS)
        outcome = await self._session.compare_and_set((_ACCEPT, _values(row)))
        standing = None if outcome.applied or outcome.standing is None else _intake_row(outcome.standing)
        await self._announce_as_it_stands(standing or row)
        return standing

    async def get(self, scope: str, reference: str) -> IntakeRow | None:
        row = await self._standing(scope, reference)
        return None if row is None else _intake_row(row)

    async def open_of(self, owner: str) -> Sequence[IntakeRow]:
        named = await self._session.rows(_OWNED, owner)
        rows = await asyncio.gather(*(self.get(each["scope"], each["reference"]) for each in named))
        for row in rows:
            if row is not None and row.status not in _OPEN:
                await self._session.write(_DISOWN, owner, row.scope, row.reference)
        found = [row for row in rows if row is not None and row.status in _OPEN]
        return sorted(found, key=lambda row: (row.received_at, row.reference))

    async def backlog(self, district: str, counted_max: int) -> Backlog:
        waiting = await self._open(district, IntakeStatus.WAITING, counted_max)
        aside = await self._open(district, IntakeStatus.SET_ASIDE, counted_max)
        return Backlog(len(waiting), len(aside), min((row.received_at for row in waiting), default=None))

    async def pin(self, scope: str, reference: str, target: str) -> str:
        outcome = await self._session.compare_and_set((_PIN, (target, scope, reference)))
        if outcome.applied:
            return target
        if outcome.standing is None or outcome.standing["target"] is None:
            raise NotFound("nothing like that came in")
        return str(outcome.standing["target"])

    async def waiting(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        rows = await self._open(district, IntakeStatus.WAITING, limit, kind)
        return sorted(rows, key=lambda row: (row.attempts, row.received_at, row.reference))

    async def set_aside(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        rows = await self._open(district, IntakeStatus.SET_ASIDE, limit, kind)
        return sorted(rows, key=lambda row: (row.received_at, row.reference))

    async def mark(self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = "") -> None:
        """What is done stays done: a slower worker's failure does not bring it back."""
        row = await self._standing(scope, reference)
        while row is not None and row["status"] in _OPEN:
            values = (status, row["attempts"] + 1, error, to_microseconds(at), scope, reference, row["attempts"])
            if (await self._session.compare_and_set((_MARK, values))).applied:
                row |= {"status": status, "attempts": row["attempts"] + 1}
                break
            row = await self._standing(scope, reference, serial=True)
        if row is not None:
            await self._announce_as_it_stands(_intake_row(row))

    async def try_again(self, scope: str, reference: str, *, at: datetime) -> bool:
        outcome = await self._session.compare_and_set((_TRY_AGAIN, (to_microseconds(at), scope, reference)))
        if not outcome.applied:
            return False
        row = await self.get(scope, reference)
        if row is not None:
            await self._announce_as_it_stands(row)
        return True

    async def _open(
        self, district: str, status: IntakeStatus, limit: int, kind: IntakeKind | None = None
    ) -> list[IntakeRow]:
        """Rows of a district that are in a status, a part at a time until there are enough of them.

        Those that are set aside come in the order of their arrival, those that wait by how often they were tried.
        """
        named = await self._session.rows(_OPEN_ROWS, district)
        if kind is not None:
            # What was named before kinds were is a payment: nothing else came in then.
            named = [row for row in named if (row["kind"] or IntakeKind.PAYMENT) == kind]
        by_tries = status is IntakeStatus.WAITING
        named.sort(key=lambda row: (row["attempts"] if by_tries else 0, row["received_at"], row["reference"]))
        found: list[IntakeRow] = []
        for start in range(0, len(named), _FETCHED_AT_ONCE):
            part = named[start : start + _FETCHED_AT_ONCE]
            rows = await asyncio.gather(*(self._standing(row["scope"], row["reference"]) for row in part))
            for name, row in zip(part, rows, strict=True):
                if row is None:
                    continue  # announced and perhaps never written: its time ends by itself
                await self._correct(name, row)
                if row["status"] == status:
                    found.append(_intake_row(row))
            if len(found) >= limit:
                break
        return found[:limit]

    async def _correct(self, name: Row, row: Row) -> None:
        """Mend what `open_intake` says of a row whose process died before it could."""
        if row["status"] not in _OPEN:
            await self._session.write(_CLOSE, row["district"], row["scope"], row["reference"])
        elif name["seconds_left"] is not None:
            await self._announce_as_it_stands(_intake_row(row))

    async def _standing(self, scope: str, reference: str, *, serial: bool = False) -> Row | None:
        return await self._session.row(_STANDING, scope, reference, serial=serial)

    async def _announce_as_it_stands(self, row: IntakeRow) -> None:
        """Name it for good while it is open, and no longer when it is finished."""
        if row.status in _OPEN:
            await self._announce(row, 0)
        else:
            await self._session.write(_CLOSE, row.district, row.scope, row.reference)
            if row.owner is not None:
                await self._session.write(_DISOWN, row.owner, row.scope, row.reference)

    async def _announce(self, row: IntakeRow, ttl_seconds: int) -> None:
        values = (row.district, row.scope, row.reference, row.attempts, to_microseconds(row.received_at), row.kind)
        await self._session.write(_ANNOUNCE, *values, ttl_seconds)
        if row.owner is not None:
            await self._session.write(_OWN, row.owner, row.scope, row.reference, ttl_seconds)


def _values(row: IntakeRow) -> tuple[object, ...]:
    return tuple(to_microseconds(row.received_at) if name == "received_at" else getattr(row, name) for name in _COLUMNS)


def _intake_row(row: Row) -> IntakeRow:
    values = {name: row[name] for name in _COLUMNS}
    return IntakeRow(**values | {"status": IntakeStatus(row["status"]), "received_at": to_instant(row["received_at"])})
