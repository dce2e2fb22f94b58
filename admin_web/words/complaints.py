"""The words of complaints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.complaint import ComplaintKind, ComplaintStatus

COMPLAINT_KINDS: Final[Mapping[str, str]] = {
    ComplaintKind.COSTS: mark("Costs or fees"),
    ComplaintKind.PAYMENT: mark("A payment"),
    ComplaintKind.DECISION: mark("A decision"),
    ComplaintKind.STAFF: mark("How they were treated"),
    ComplaintKind.PRIVACY: mark("Their details"),
    ComplaintKind.OTHER: mark("Something else"),
}

COMPLAINT_STATUSES: Final[Mapping[str, Badge]] = {
    ComplaintStatus.OPEN: Badge(mark("Waits for an answer"), "wait"),
    ComplaintStatus.ANSWERED: Badge(mark("Answered"), "good"),
    ComplaintStatus.CLOSED: Badge(mark("Closed"), "neutral"),
}

OVERDUE: Final = Badge(mark("Overdue"), "bad")
"""An answer that should have been there."""
