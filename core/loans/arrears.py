"""How late a loan is. The due date itself is day zero; the next day is one."""

from __future__ import annotations

from datetime import date
from typing import Final

BUCKETS: Final = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("91-180", 180))
_LAST_BUCKET: Final = "181+"


def days_past_due(oldest_unpaid_due_on: date | None, on: date) -> int:
    """Days since the oldest unpaid instalment fell due; zero when nothing is late."""
    if oldest_unpaid_due_on is None:
        return 0
    return max(0, (on - oldest_unpaid_due_on).days)


def bucket(days: int) -> str:
    """The arrears bucket of a number of days past due."""
    return next((name for name, last in BUCKETS if days <= last), _LAST_BUCKET)
