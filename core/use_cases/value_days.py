"""The day that two persons give what they book from paper: a statement's line, a till's receipt."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from core.errors import InvalidInput

VALUE_DAYS_MAX: Final = 92
"""How old it may be: a rail's statement is monthly, and one may come late or be argued about. A wrong year, or paper
that was booked long ago, is stopped by it."""


class ValueDayOutside(InvalidInput):
    """The day is after the books' date, or too long before it; `first` and `last` are the days allowed."""

    code = "value_day_outside"

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"the day is one from {first} to {last}", field="value_on")
        self.first = first
        self.last = last


def check_value_day(on: date, business_on: date) -> None:
    """Raise `ValueDayOutside` unless the books of this date still take the day."""
    first = business_on - timedelta(days=VALUE_DAYS_MAX)
    if not first <= on <= business_on:
        raise ValueDayOutside(first, business_on)
