"""What was typed, made safe and then made sense of. Nothing here knows a screen."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from conversations.engine.errors import Refused
from conversations.engine.limits import ANSWER_LENGTH_MAX
from conversations.engine.messages import (
    REFUSED_AMOUNT,
    REFUSED_DATE,
    REFUSED_DATE_RANGE,
    REFUSED_MULTIPLE,
    REFUSED_TOO_LONG,
)
from core.money import LSL, Money

_AMOUNT: Final = re.compile(r"M?\s*(\d{1,9}|\d{1,3}(?:[, ]\d{3}){1,2})(?:\.(\d{1,2}))?", re.ASCII | re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{1,2})[ \-/.*](\d{1,2})[ \-/.*](\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)


def clean(typed: str) -> str:
    """The text composed, without control and direction marks, with single spaces. Raises `Refused` when too long."""
    if len(typed) > ANSWER_LENGTH_MAX:
        raise Refused(REFUSED_TOO_LONG)
    composed = unicodedata.normalize("NFC", typed)
    seen = composed if composed.isprintable() else "".join(filter(_is_visible, composed))
    return " ".join(seen.split())


def _is_visible(character: str) -> bool:
    """Control, format (direction marks, joiners), surrogate, private and unassigned characters are shown nowhere."""
    return character.isspace() or not unicodedata.category(character).startswith("C")


def read_amount(text: str) -> Money | None:
    """An amount in maloti: `1500`, `1,500.50`, `M1500`, `1 500`. None when it is not one."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    maloti, lisente = match.groups(default="")
    whole = int(maloti.replace(",", "").replace(" ", ""))
    return Money(whole * 10**LSL.exponent + int(lisente.ljust(LSL.exponent, "0")))


def amount_within(text: str, low: Money, high: Money, multiple: Money | None) -> Money:
    """An amount from `low` to `high`, in steps of `multiple`. Raises `Refused` with the bounds."""
    amount = read_amount(text)
    if amount is None or not low <= amount <= high:
        raise Refused(REFUSED_AMOUNT, {"low": low, "high": high})
    if multiple is not None and amount.minor % multiple.minor:
        raise Refused(REFUSED_MULTIPLE, {"multiple": multiple})
    return amount


def read_date(text: str) -> date | None:
    """A date typed day, month, year of four digits, with or without a mark between them. None when it is not one."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def date_within(text: str, earliest: date, latest: date) -> date:
    """A date from `earliest` to `latest`, both included. Raises `Refused`: with the bounds when it is a date."""
    typed = read_date(text)
    if typed is None:
        raise Refused(REFUSED_DATE)
    if not earliest <= typed <= latest:
        raise Refused(REFUSED_DATE_RANGE, {"earliest": earliest, "latest": latest})
    return typed


def years_from(day: date, years: int) -> date:
    """The same day of the year some years away; the 28th for a 29 February that the other year lacks."""
    year = min(max(day.year + years, date.min.year), date.max.year)
    if (day.month, day.day) == (2, 29):
        return date(year, 2, 28)
    return day.replace(year=year)
