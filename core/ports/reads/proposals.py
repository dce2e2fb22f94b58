"""Changes that wait for their second person, as the portal lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.money import Money
from core.records.proposal import ProposalKind
from core.references import Reference


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A change that waits for its second person.

    `borrower_name` is None where the change is about no loan, or about a loan of another district. `amount` is None
    where the change names none (a write-off). `to_district` is where money goes that leaves for another district.
    """

    id: UUID
    district: str
    kind: ProposalKind
    loan_reference: Reference | None
    borrower_name: str | None
    rail: str
    amount: Money | None
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime
    payout: str = ""
    payment: str = ""
    to_district: str = ""


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """Pending changes, oldest first."""

    rows: Sequence[ProposalRow]
    total: int
    missing_districts: Sequence[str]
