"""A change to the books that takes two persons: one proposes it, another carries it out or refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.errors import Conflict


class ProposalKind(StrEnum):
    """What can be proposed."""

    ASSIGN_PAYMENT = "assign_payment"
    REVERSE_PAYMENT = "reverse_payment"
    WAIVE = "waive"
    WRITE_OFF = "write_off"
    SETTLE_PAYOUT = "settle_payout"
    REFUND_PAYMENT = "refund_payment"
    REFUND_CREDIT = "refund_credit"
    FUND_FLOAT = "fund_float"
    SWEEP_FLOAT = "sweep_float"
    BOOK_RAIL_CHARGE = "book_rail_charge"
    TAKE_CASH = "take_cash"
    MOVE_FLOAT = "move_float"


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AlreadyPending(Conflict):
    """The same change waits for its second person already."""

    code = "already_pending"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, by whom, why, and what came of it. `subject` is the loan, payment or float it is about.

    One proposal of a kind about a subject is pending at a time. `version` goes up when it is decided.
    Its maker may take it back before; `decided_by` is then nobody.
    """

    id: UUID
    district: str
    mfi_id: UUID
    kind: ProposalKind
    subject: str
    data: Mapping[str, Any]
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime
    status: ProposalStatus
    version: int = 1
    decided_by: UUID | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
