"""Complaints as the portal lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.records.complaint import ComplaintKind, ComplaintStatus
from core.references import Reference


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint as a line of the list. `is_overdue`: no answer yet, and its day has passed."""

    reference: Reference
    district: str
    borrower_name: str
    kind: ComplaintKind
    status: ComplaintStatus
    opened_at: datetime
    due_on: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """Complaints that stand alike, the one due first on top."""

    rows: Sequence[ComplaintRow]
    total: int
    missing_districts: Sequence[str]
