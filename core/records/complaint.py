"""A complaint of a borrower about a lender: what it is about, when an answer is due, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import Conflict
from core.records.borrower import Channel
from core.references import Reference

ANSWER_DUE_DAYS: Final = 14
"""Days from the complaint to the day when the lender owes its answer. To be confirmed with counsel before launch."""


class ComplaintKind(StrEnum):
    """What it is about, as the borrower chooses it."""

    COSTS = "costs"
    PAYMENT = "payment"
    DECISION = "decision"
    STAFF = "staff"
    PRIVACY = "privacy"
    OTHER = "other"


class ComplaintStatus(StrEnum):
    """Where it stands. An answered one is closed when the borrower is satisfied, or goes on to the Central Bank."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class ComplaintMoved(Conflict):
    """The complaint is not where the step expects it: somebody answered or closed it."""

    code = "complaint_moved"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. `words` are the borrower's own, as they came; `answer` is what the borrower was sent.

    `version` goes up with every step; a step names the version that its maker saw.
    """

    id: UUID
    district: str
    reference: Reference
    borrower_id: UUID
    mfi_id: UUID
    kind: ComplaintKind
    words: str
    channel: Channel
    status: ComplaintStatus
    opened_on: date
    opened_at: datetime
    due_on: date
    version: int = 1
    answer: str = ""
    answered_by: UUID | None = None
    answered_by_name: str = ""
    answered_at: datetime | None = None
    closing_note: str = ""
    closed_by: UUID | None = None
    closed_by_name: str = ""
    closed_at: datetime | None = None
