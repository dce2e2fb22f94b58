"""Which session an SMS belongs to. A number has one at a time on a short code, and half an hour's silence ends it.

Nothing else is stored for it: a number's sessions of a day are counted, and the turns that are there say how far. An
SMS that is delivered again is known by its id in the turn that it made, and belongs to that turn's session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conversations.turns.keeping import service_key
from conversations.turns.transcripts import is_same_input
from core.calendar import business_date_of
from core.ports.conversations import TurnRecord
from core.ports.engine import Engine
from core.records.borrower import Channel

IDLE_MINUTES: Final = 30
"""People answer an SMS when they see it; much later, the screen that they answered is forgotten."""

SESSIONS_A_DAY_MAX: Final = 24
"""More than anybody needs; a machine that writes for ever is silent for the rest of the day."""


@dataclass(frozen=True, slots=True)
class SmsSession:
    """A session of a caller on a short code: its id, which of the day it is, and its turn (None: it begins)."""

    id: str
    number: int
    turn: TurnRecord | None = None


class SmsSessions:
    """Finds sessions of numbers, by their keyed hash."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def current(self, caller: bytes, service: str, input_id: str) -> SmsSession | None:
        """The session that this input made a turn of, or else the one that goes on, or else a new one.

        None when the day has had too many. Raises `ChannelPlaneDown`.
        """
        now = self._engine.clock.now()
        last: SmsSession | None = None
        for number in range(SESSIONS_A_DAY_MAX):
            session = await self._load(caller, service, number, now)
            if session.turn is None:
                return last if last is not None and _goes_on(last, now) else session
            if is_same_input(input_id, session.turn, self._engine.keyed_hash):
                return session
            last = session
        return last if last is not None and _goes_on(last, now) else None

    async def after(self, caller: bytes, service: str, session: SmsSession) -> SmsSession | None:
        """The session that follows, whatever has become of this one. None when the day has had too many."""
        if session.number + 1 >= SESSIONS_A_DAY_MAX:
            return None
        return await self._load(caller, service, session.number + 1, self._engine.clock.now())

    async def _load(self, caller: bytes, service: str, number: int, now: datetime) -> SmsSession:
        # Keys of commands name the session, so its id must be like no other's, on any day.
        named = f"{caller.hex()}:{service}:{business_date_of(now)}:{number}".encode()
        session_id = self._engine.keyed_hash.digest("sms-session", named).hex()[:32]
        key = service_key(Channel.SMS, service)
        snapshot = await self._engine.channel.conversations.load(caller, key, session_id, now)
        return SmsSession(session_id, number, snapshot.turn)


def _goes_on(session: SmsSession, now: datetime) -> bool:
    turn = session.turn
    return turn is not None and not turn.ended and now - turn.updated_at < timedelta(minutes=IDLE_MINUTES)
