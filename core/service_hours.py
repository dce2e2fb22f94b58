"""At which hours of Maseru's day new business is taken. What is owed, and paying it, is there at every hour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from core.calendar import MASERU
from core.errors import InvalidInput

_WRITTEN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """From `opens` up to, not including, `closes`; over midnight where it closes earlier. The same time: always."""

    opens: time = time.min
    closes: time = time.min

    @classmethod
    def parse(cls, written: str) -> ServiceHours:
        """Read "06:00-22:00", or nothing for always. Raises `InvalidInput`."""
        if not written.strip():
            return cls()
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            raise InvalidInput("service hours are written like 06:00-22:00", field="service_hours")
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, match.groups())
        return cls(time(opens_hour, opens_minute), time(closes_hour, closes_minute))

    def are_on(self, instant: datetime) -> bool:
        """Whether new business is taken at an instant."""
        if self.opens == self.closes:
            return True
        at = instant.astimezone(MASERU).time()
        if self.opens < self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes


ALWAYS: Final = ServiceHours()
"""Never closed."""


def time_of_day(instant: datetime) -> str:
    """The time in Maseru as a screen writes it: "14:05"."""
    return f"{instant.astimezone(MASERU):%H:%M}"
