"""Message history and delivery: `core.ports.messages.MessageLog`. A month of a caller is a partition.

A message is written by lightweight transactions alone: its delivery goes forward, and never back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.ports.environment import Clock, Sealer
from core.ports.messages import ON_THE_WAY, MessageRecord
from storage.cassandra.instants import month_before, month_of, months_back, to_instant, to_microseconds
from storage.cassandra.session import ChannelSession, Condition, Query, Row, Statement, Write

MESSAGES_KEPT: Final = timedelta(days=400)
"""As the table's own time to live says: thirteen months, so that a year's statement can be answered for."""

_COLUMNS: Final = (
    "caller",
    "id",
    "borrower_id",
    "district",
    "mfi_id",
    "channel",
    "direction",
    "kind",
    "text_sealed",
    "parts",
    "state",
    "created_at",
    "provider",
    "provider_id",
    "failure",
    "cost",
)
_KEY: Final = "caller = ? and month = ? and id = ?"

_IN_MONTH: Final = Query(f"select {', '.join(_COLUMNS)} from messages where caller = ? and month = ?")  # noqa: S608 - constants
_ONE: Final = Query(f"select id from messages where {_KEY}")  # noqa: S608 - constants
_ADD: Final = Condition(
    f"insert into messages (month, {', '.join(_COLUMNS)}) "  # noqa: S608 - constants
    f"values ({', '.join('?' * (len(_COLUMNS) + 1))}) if not exists"
)
_REPLACE: Final = Condition(
    f"update messages set {', '.join(f'{name} = ?' for name in _COLUMNS[2:])} where {_KEY} if provider_id = ''"  # noqa: S608 - constants
)
_DELIVER: Final = Condition(
    f"update messages set state = ?, failure = ?, reported_at = ? where {_KEY} if state in ?"  # noqa: S608 - constants
)
_NAME: Final = Write(
    "insert into provider_messages (provider, provider_id, caller, month, message_id) values (?, ?, ?, ?, ?)"
)
_NAMED: Final = Query("select caller, month, message_id from provider_messages where provider = ? and provider_id = ?")

STATEMENTS: Final[tuple[Statement, ...]] = (_IN_MONTH, _ONE, _ADD, _REPLACE, _DELIVER, _NAME, _NAMED)


class MessagesOnCassandra:
    """`core.ports.messages.MessageLog`. The text is sealed at rest."""

    def __init__(self, session: ChannelSession, sealer: Sealer, clock: Clock) -> None:
        self._session = session
        self._sealer = sealer
        self._clock = clock

    async def add(self, message: MessageRecord) -> None:
        month = await self._month(message)
        values = self._values(message)
        outcome = await self._session.compare_and_set((_ADD, (month, *values)))
        if not outcome.applied:
            await self._session.compare_and_set((_REPLACE, (*values[2:], message.caller, month, message.id)))
        # Afterwards, so that a report which finds the name finds the message; a repeat makes up for a name not written.
        if message.provider_id:
            name = (message.provider, message.provider_id)
            await self._session.write(_NAME, *name, message.caller, month, message.id)

    async def deliver(self, provider: str, provider_id: str, state: str, failure: str, at: datetime) -> bool:
        named = await self._session.row(_NAMED, provider, provider_id)
        if named is None:
            return False
        before = ON_THE_WAY[: ON_THE_WAY.index(state)] if state in ON_THE_WAY else ON_THE_WAY
        key = (named["caller"], named["month"], named["message_id"])
        if before:
            await self._session.compare_and_set((_DELIVER, (state, failure, to_microseconds(at), *key, list(before))))
        return True

    async def of_caller(self, caller: bytes, limit: int) -> Sequence[MessageRecord]:
        """Month by month, back to where no message is kept any more."""
        now = self._clock.now()
        found: list[MessageRecord] = []
        # A message may be of a moment after our clock's: another process's is a little ahead.
        for month in months_back(now + timedelta(days=1), now - MESSAGES_KEPT):
            rows = await self._session.rows(_IN_MONTH, caller, month)
            # What is left of a message when its time is up is its delivery, which was written a little later.
            messages = [self._message(row) for row in rows if row["created_at"] is not None]
            found += sorted(messages, key=lambda message: (message.created_at, message.id), reverse=True)
            if len(found) >= limit:
                break
        return found[:limit]

    async def _month(self, message: MessageRecord) -> str:
        """The partition of a message: a repeat that comes in the month after its first goes where that one is."""
        month = month_of(message.created_at)
        before = month_before(month)
        there = await self._session.row(_ONE, message.caller, before, message.id)
        return month if there is None else before

    def _values(self, message: MessageRecord) -> tuple[object, ...]:
        made = {
            "text_sealed": self._sealer.seal(message.text.encode(), _context(message.id)),
            "created_at": to_microseconds(message.created_at),
        }
        return tuple(made[name] if name in made else getattr(message, name) for name in _COLUMNS)

    def _message(self, row: Row) -> MessageRecord:
        values = dict(row)
        text = self._sealer.open(values.pop("text_sealed"), _context(row["id"])).decode()
        return MessageRecord(text=text, **values | {"created_at": to_instant(row["created_at"])})


def _context(message_id: UUID) -> str:
    return f"messages/{message_id}/text"
