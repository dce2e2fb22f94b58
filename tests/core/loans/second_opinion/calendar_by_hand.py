"""Due dates and the share of a year that each period counts, from (c2) and (c6)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

PERIODS_IN_A_YEAR = {"month": Decimal(12), "week": Decimal(52), "day": Decimal(365)}


@dataclass(frozen=True)
class Share:
    """A part of a year as a fraction that was never divided."""

    over: Decimal
    under: Decimal


def months_later(start: date, months: int, anchor_day: int) -> date:
    """Return the anchored day of the month that many months on, or that month's last day."""
    month_count = start.year * 12 + start.month - 1 + months
    year, month = month_count // 12, month_count % 12 + 1
    return date(year, month, min(anchor_day, calendar.monthrange(year, month)[1]))


def stepped(start: date, steps: int, terms: dict[str, Any], anchor_day: int) -> date:
    """Return the date that many periods after the start."""
    count = steps * terms["period_every"]
    if terms["period_unit"] == "month":
        return months_later(start, count, anchor_day)
    return start + timedelta(days=count * (7 if terms["period_unit"] == "week" else 1))


def due_dates(terms: dict[str, Any]) -> list[date]:
    """Return each instalment's due date, anchored to the first due date or else to the disbursement."""
    disbursed = date.fromisoformat(terms["disbursed_on"])
    if terms["first_due_on"] is None:
        return [stepped(disbursed, k, terms, disbursed.day) for k in range(1, terms["periods"] + 1)]
    first = date.fromisoformat(terms["first_due_on"])
    return [stepped(first, k, terms, first.day) for k in range(terms["periods"])]


def is_broken(terms: dict[str, Any]) -> bool:
    """Tell whether the first period is not one whole period."""
    disbursed = date.fromisoformat(terms["disbursed_on"])
    return due_dates(terms)[0] != stepped(disbursed, 1, terms, disbursed.day)


def shares(terms: dict[str, Any]) -> list[Share]:
    """Return the share of a year of every period, in order."""
    starts = [date.fromisoformat(terms["disbursed_on"]), *due_dates(terms)]
    return [
        share(terms, start, end, broken=k == 0 and is_broken(terms)) for k, (start, end) in enumerate(pairwise(starts))
    ]


def share(terms: dict[str, Any], start: date, end: date, *, broken: bool) -> Share:
    """Return the share of a year that one period counts."""
    day_count, days = terms["day_count"], Decimal((end - start).days)
    if day_count == "equal_periods":
        return Share(Decimal(terms["period_every"]), PERIODS_IN_A_YEAR[terms["period_unit"]])
    if day_count == "30/360":
        return Share(thirty_day_months(terms, start, end, broken=broken), Decimal(360))
    if day_count == "actual/actual":
        return across_years(start, end)
    return Share(days, Decimal(day_count.partition("/")[2]))


def thirty_day_months(terms: dict[str, Any], start: date, end: date, *, broken: bool) -> Decimal:
    """Return the days under 30/360: thirty a whole month, and left-over days as they are."""
    if not broken and terms["period_unit"] == "month":
        return Decimal(30 * terms["period_every"])
    if not broken:
        return Decimal((end - start).days)
    months = 0
    while months_later(start, months + 1, start.day) <= end:
        months += 1
    return Decimal(30 * months + (end - months_later(start, months, start.day)).days)


def across_years(start: date, end: date) -> Share:
    """Return actual/actual: a period is split at every 31 December, each part over its own year's days."""
    total = Share(Decimal(0), Decimal(1))
    while start < end:
        stop = min(end, date(start.year, 12, 31))
        if stop == start:  # already on 31 December: the next part belongs to the next year
            stop = min(end, date(start.year + 1, 12, 31))
        length = Decimal(366 if calendar.isleap(stop.year) else 365)
        days = Decimal((stop - start).days)
        total = Share(total.over * length + days * total.under, total.under * length)
        start = stop
    return total
