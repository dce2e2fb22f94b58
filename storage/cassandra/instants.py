"""Instants as whole microseconds and months as partitions. CQL's own timestamp would drop the microseconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, overload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@overload
def to_microseconds(at: datetime) -> int: ...
@overload
def to_microseconds(at: None) -> None: ...
def to_microseconds(at: datetime | None) -> int | None:
    """Microseconds since 1970, exactly."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


@overload
def to_instant(microseconds: int) -> datetime: ...
@overload
def to_instant(microseconds: None) -> None: ...
def to_instant(microseconds: int | None) -> datetime | None:
    """The instant, in UTC."""
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND


def month_of(at: datetime) -> str:
    """The month that an instant lies in, in UTC: `2026-11`."""
    return f"{at.astimezone(UTC):%Y-%m}"


def month_before(month: str) -> str:
    """The month before: `2026-12` for `2027-01`."""
    first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    return month_of(first - timedelta(days=1))


def months_back(newest: datetime, oldest: datetime) -> Iterator[str]:
    """Every month from the one of `newest` back to that of `oldest`; none when that is the later one."""
    month, last = month_of(newest), month_of(oldest)
    while month >= last:
        yield month
        month = month_before(month)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds for a TTL, at least one: zero would mean that a row is kept for ever."""
    return max(1, -((start - end) // timedelta(seconds=1)))
