"""The clock while the demo's history is lived through: it stands at a business day and ticks when it is read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from core.calendar import MASERU

_MORNING: Final = time(9, 0)
_TICK: Final = timedelta(seconds=1)


class TimeMachine:
    """An adapter of `core.ports.environment.Clock`; instants never repeat and never go back within a day."""

    def __init__(self, day: date) -> None:
        self._now = _start_of(day)

    def go_to(self, day: date) -> None:
        """Go to nine o'clock of a day, in Maseru."""
        self._now = _start_of(day)

    def now(self) -> datetime:
        """A second later than the last time that it was read."""
        self._now += _TICK
        return self._now


def _start_of(day: date) -> datetime:
    return datetime.combine(day, _MORNING, tzinfo=MASERU)
