"""The clock while the demo's history is lived through: it stands at a business day and ticks when it is read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from core.calendar import MASERU

_MORNING: Final = time(9, 0)
_TICK: Final = timedelta(milliseconds=100)
_BEFORE_NOW: Final = timedelta(minutes=15)


class TimeMachine:
    """An adapter of `core.ports.environment.Clock`; instants never repeat and never go back within a day.

    now: the real time. Nothing is lived through after it, not even today, or it would lie in the future for the portal.
    """

    def __init__(self, now: datetime) -> None:
        self._latest = now - _BEFORE_NOW
        self._now = self._latest

    def go_to(self, day: date) -> None:
        """Go to nine o'clock of a day, in Maseru, or to a little while ago when that is still to come."""
        self._now = min(datetime.combine(day, _MORNING, tzinfo=MASERU), self._latest)

    def now(self) -> datetime:
        """A moment later than the last time that it was read."""
        self._now += _TICK
        return self._now
