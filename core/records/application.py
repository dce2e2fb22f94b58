"""A loan application and the machine of its states: who may move it, from where to where, with which reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from core.errors import Conflict, DomainError, InvalidInput
from core.money import Money
from core.records.borrower import Channel, IncomeKind, Purpose
from core.references import Reference


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    AWAITING_SECOND_APPROVAL = "awaiting_second_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_S = ApplicationStatus
OPEN_STATUSES: Final = frozenset({_S.SUBMITTED, _S.IN_REVIEW, _S.RETURNED, _S.AWAITING_SECOND_APPROVAL})
_DECIDABLE: Final = frozenset({_S.APPROVED, _S.REJECTED, _S.RETURNED, _S.WITHDRAWN, _S.EXPIRED})

TRANSITIONS: Final[Mapping[ApplicationStatus, frozenset[ApplicationStatus]]] = {
    _S.SUBMITTED: frozenset({_S.IN_REVIEW, _S.REJECTED, _S.RETURNED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.IN_REVIEW: _DECIDABLE | {_S.AWAITING_SECOND_APPROVAL},
    _S.RETURNED: frozenset({_S.IN_REVIEW, _S.SUBMITTED, _S.WITHDRAWN, _S.EXPIRED, _S.REJECTED}),
    _S.AWAITING_SECOND_APPROVAL: _DECIDABLE,
    _S.APPROVED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.EXPIRED: frozenset(),
}


class RejectionReason(StrEnum):
    """Why a loan was declined, as staff choose it; the borrower reads the sentence that belongs to it."""

    AFFORDABILITY = "affordability"
    LATE_ON_OTHER_LOANS = "late_on_other_loans"
    TOO_MANY_LOANS = "too_many_loans"
    IDENTITY_NOT_CONFIRMED = "identity_not_confirmed"
    INCOME_NOT_CONFIRMED = "income_not_confirmed"
    OUTSIDE_POLICY = "outside_policy"


class ReturnReason(StrEnum):
    """What staff need before they can decide."""

    BRING_PAYSLIP = "bring_payslip"
    BRING_NATIONAL_ID = "bring_national_id"
    CONFIRM_INCOME = "confirm_income"
    CHANGE_AMOUNT = "change_amount"
    CONFIRM_PURPOSE = "confirm_purpose"
    CHANGE_WALLET = "change_wallet"


RETURNED_DAYS_MAX: Final = 30
"""How many days of business an application waits for its borrower after it was sent back, before it ends."""


class IllegalTransition(DomainError):
    """The application cannot go from where it stands to there."""

    code = "illegal_transition"


class StaleDecision(Conflict):
    """The application changed since the page was opened."""

    code = "stale_decision"


@dataclass(frozen=True, slots=True)
class Application:
    """What a borrower asked for, and where it stands. Amounts in lisente; `net_pay` a month's.

    `version` goes up with every change; a decision names the version that its maker saw.
    """

    id: UUID
    district: str
    reference: Reference
    borrower_id: UUID
    mfi_id: UUID
    product_id: UUID
    product_version: int
    amount: Money
    periods: int
    purpose: Purpose
    net_pay: Money
    income_kind: IncomeKind
    channel: Channel
    draft_id: UUID
    status: ApplicationStatus
    submitted_on: date
    submitted_at: datetime
    version: int = 1
    recommended_by: UUID | None = None
    recommended_amount: Money | None = None
    first_approved_by: UUID | None = None
    approved_amount: Money | None = None
    approved_periods: int | None = None
    decided_at: datetime | None = None
    decided_on: date | None = None
    reason_code: str | None = None

    def check_seen(self, seen_version: int) -> None:
        """Raise `StaleDecision` unless the one who decides saw the newest version."""
        if seen_version != self.version:
            raise StaleDecision

    def check_transition(self, to: ApplicationStatus) -> None:
        """Raise `IllegalTransition` unless the machine has that arrow."""
        if to not in TRANSITIONS[self.status]:
            raise IllegalTransition(f"an application that is {self.status} cannot become {to}")


@dataclass(frozen=True, slots=True)
class ScoreKept:
    """The advice as it was computed for a step: inputs, factors and the scorecard's version, to be shown again.

    `transition_n` is the step that it advised; `exposure` what was seen of other lenders, None where nothing was;
    `findings` the product's checks that failed. Of a step before these were kept, nothing is known of the three.
    """

    application_id: UUID
    n: int
    scorecard_version: str
    score: int
    band: str
    inputs: Mapping[str, Any]
    factors: tuple[Mapping[str, Any], ...]
    affordability: Mapping[str, Any]
    at: datetime
    business_on: date
    transition_n: int | None = None
    sharing: str | None = None
    exposure: Mapping[str, Any] | None = None
    findings: tuple[Mapping[str, str], ...] = ()


NOTE_MAX: Final = 1_000
"""Characters of a note."""


def check_note(note: str, *, required: bool) -> str:
    """A staff note, trimmed. Raises `InvalidInput` when it is missing where needed, or too long."""
    text = note.strip()
    if required and not text:
        raise InvalidInput("say why in a note", field="note")
    if len(text) > NOTE_MAX:
        raise InvalidInput(f"a note has at most {NOTE_MAX} characters", field="note")
    return text
