"""How long something has waited, against the promise that an application is decided within 48 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from admin_web.formats import hours
from admin_web.languages import Text, mark

SOON_HOURS: Final = 24
LATE_HOURS: Final = 48


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whole hours waited, in words and a tone."""

    hours: int
    text: Text
    tone: str


def waiting_since(since: datetime, now: datetime) -> Waiting:
    """The time between two instants as a clerk would say it."""
    waited = hours(now - since)
    if waited >= LATE_HOURS:
        return Waiting(waited, Text(mark("%(days)s days: past 48 hours"), {"days": waited // 24}), "bad")
    if waited >= SOON_HOURS:
        return Waiting(waited, Text(mark("%(hours)s hours: decide today"), {"hours": waited}), "warn")
    if waited == 0:
        return Waiting(waited, Text(mark("under an hour")), "neutral")
    if waited == 1:
        return Waiting(waited, Text(mark("an hour")), "neutral")
    return Waiting(waited, Text(mark("%(hours)s hours"), {"hours": waited}), "neutral")


def days_waited(since: datetime, now: datetime) -> Text:
    """Whole days between two instants."""
    days = hours(now - since) // 24
    if days <= 1:
        return Text(mark("a day")) if days else Text(mark("under a day"))
    return Text(mark("%(days)s days"), {"days": days})
