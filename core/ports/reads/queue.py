"""The queue of applications as the portal lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.calendar import PeriodUnit
from core.money import Money
from core.records.application import ApplicationStatus
from core.records.borrower import Channel
from core.references import Reference


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. `tab` is one of new, in_review, returned, second_approval; oldest first by default."""

    tab: str = "new"
    district: str | None = None
    risk: str | None = None
    sort: str = "submitted"
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An application as a line of the queue."""

    reference: Reference
    district: str
    borrower_name: str
    amount: Money
    periods: int
    period_unit: PeriodUnit
    period_every: int
    product_names: Mapping[str, str]
    status: ApplicationStatus
    channel: Channel
    submitted_at: datetime
    score: int | None
    band: str | None
    risk: str | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, with the count of every tab."""

    rows: Sequence[QueueRow]
    total: int
    counts: dict[str, int]
    missing_districts: Sequence[str]
