"""The audit trail as the portal lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the audit trail."""

    at: datetime
    actor_name: str
    action: str
    subject: str
    district: str
