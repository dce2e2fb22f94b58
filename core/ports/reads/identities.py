"""Identity cases, and the changes of a number or an ID, as the portal lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus


@dataclass(frozen=True, slots=True)
class IdentityCaseRow:
    """An identity that came from another phone, as a line of the list. `caller_name` is what the caller typed."""

    id: UUID
    district: str
    borrower_name: str
    caller_name: str
    caller_masked: str
    status: CaseStatus
    outcome: CaseOutcome | None
    opened_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class IdentityCasePage:
    """Cases that stand alike: what waits longest on top, of what is closed the newest."""

    rows: Sequence[IdentityCaseRow]
    total: int
    missing_districts: Sequence[str]


@dataclass(frozen=True, slots=True)
class IdentityChangeRow:
    """A new number or a corrected ID that is not finished."""

    id: UUID
    district: str
    borrower_name: str
    kind: ChangeKind
    status: ChangeStatus
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityChangePage:
    """All of those, oldest first."""

    rows: Sequence[IdentityChangeRow]
    missing_districts: Sequence[str]
