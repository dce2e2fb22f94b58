"""How money, dates, shares and numbers are written: the same in both languages, in Maseru's time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.money import Money
from core.references import Reference

MASERU: Final = ZoneInfo("Africa/Maseru")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money(amount: Money) -> str:
    """An amount as people here write it: "M1,234.50"."""
    return str(amount)


def day(on: date) -> str:
    """A date: "5 Oct 2026"."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def moment(at: datetime) -> str:
    """An instant on Maseru's clock: "5 Oct 2026, 14:05"."""
    local = at.astimezone(MASERU)
    return f"{day(local.date())}, {local:%H:%M}"


def machine_time(value: date | datetime) -> str:
    """The same for machines, as the `datetime` attribute of a time element wants it."""
    return value.isoformat()


def percent(share: Decimal, decimals: int = 1) -> str:
    """A share of one as a percentage: "33.3%". Halves are rounded up."""
    return plain_percent(share * 100, decimals)


def plain_percent(value: Decimal, decimals: int = 1) -> str:
    """A percentage that is one already: "36.0%"."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded}%"


def ratio(part: Money, whole: Money) -> Decimal:
    """What share one amount is of another; nothing of nothing is nothing."""
    if not whole:
        return Decimal(0)
    return Decimal(part.minor) / Decimal(whole.minor)


def thousandths(share: Decimal) -> int:
    """A share of one as the length of a bar of a thousand; what is more than the whole fills it."""
    return max(0, min(1_000, int(share * 1_000)))


def hours(duration: timedelta) -> int:
    """Whole hours that have passed; a clock that was set back counts as none."""
    return max(0, int(duration.total_seconds() // 3600))


def spaced(reference: Reference) -> str:
    """A reference in groups, for the eye and for reading aloud: "1234 567 890"."""
    return reference.spaced


def tail(secret: str, shown: int = 4) -> str:
    """The last characters of an identifier, the rest as dots: enough to compare with a card in the hand."""
    return "•" * max(0, len(secret) - shown) + secret[-shown:]
