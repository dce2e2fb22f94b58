"""What this process saved last of each session, so that a hop which goes straight on from there needs no read.

Never believed: it is another process, the worker or another session that may have gone on since. The save of the hop is
a compare-and-set on the turn that is remembered, and on its form, so that a memory that is out of date changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from conversations.engine import Conversation
from conversations.turns.forms import Forms
from core.ports.conversations import TurnRecord

SESSIONS_MAX: Final = 2_000
"""A few kilobytes each."""

REMEMBERED_FOR: Final = timedelta(seconds=180)
"""The longest session that a network allows. What is older, personal answers too, goes when the next one is kept."""

Place: TypeAlias = tuple[bytes, str, str]
"""Caller's keyed hash, service, session."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A session as it was saved: its record, the conversation that the record holds, and the caller's forms."""

    record: TurnRecord
    conversation: Conversation
    forms: Forms


class RecentTurns:
    """Sessions, those saved last at the end. A session is taken out to be used, so of two hops at once one reads."""

    def __init__(self, sessions_max: int = SESSIONS_MAX) -> None:
        self._sessions_max = sessions_max
        self._sessions: Final[OrderedDict[Place, Recent]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def take(self, place: Place, now: datetime) -> Recent | None:
        """What is remembered of a session, which is forgotten by that."""
        recent = self._sessions.pop(place, None)
        return None if recent is None or _is_over(recent, now) else recent

    def keep(self, place: Place, recent: Recent) -> None:
        """Remember a session that was saved now, and forget the oldest."""
        self._sessions[place] = recent
        self._sessions.move_to_end(place)
        while len(self._sessions) > self._sessions_max or _is_over(self._oldest, recent.record.updated_at):
            self._sessions.popitem(last=False)

    @property
    def _oldest(self) -> Recent:
        return next(iter(self._sessions.values()))


def _is_over(recent: Recent, now: datetime) -> bool:
    return recent.record.updated_at + REMEMBERED_FOR <= now
