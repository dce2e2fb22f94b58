"""Payouts as the portal lists them: loans that wait for their money, and money that goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.money import Money
from core.records.loan import LoanStatus, PayoutPurpose, PayoutStatus
from core.references import Reference


@dataclass(frozen=True, slots=True)
class DisbursementRow:
    """An accepted loan that waits for its money, or a payout under way.

    `wallet_waits_until` and `pin_waits_until`: the last cool-down after a change of each, also one that is over.
    `wallet_is_anothers`: when it was chosen, the number was another borrower's registered phone.
    """

    loan_reference: Reference
    district: str
    borrower_name: str
    principal: Money
    cash: Money
    wallet_masked: str
    accepted_at: datetime
    identity_checked: bool
    loan_status: LoanStatus
    loan_version: int
    payout_status: PayoutStatus | None
    payout_reference: str
    failure_code: str
    released_by_name: str
    unknown_since: datetime | None = None
    unknown_until: datetime | None = None
    settled_by_name: str = ""
    contradicted_by: str = ""
    wallet_waits_until: datetime | None = None
    pin_waits_until: datetime | None = None
    wallet_is_anothers: bool = False

    def is_cooling_down(self, now: datetime) -> bool:
        """Whether no payout of the borrower is released now."""
        return any(until is not None and until > now for until in (self.wallet_waits_until, self.pin_waits_until))


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money that goes back, or went: of a loan's credit, or of a payment that was in suspense.

    `subject` is the loan's number, or the payment's receipt, whose payer may be nobody's borrower.
    """

    purpose: PayoutPurpose
    subject: Reference
    district: str
    borrower_name: str | None
    amount: Money
    wallet_masked: str
    released_at: datetime
    released_by_name: str
    payout_status: PayoutStatus
    payout_reference: str
    failure_code: str
    unknown_since: datetime | None = None
    unknown_until: datetime | None = None
    settled_by_name: str = ""
    contradicted_by: str = ""


class PayoutList(StrEnum):
    """The lists of payouts that grow without limit, each with pages of its own."""

    WAITING = "waiting"
    SECOND = "second"
    UNDER_WAY = "under_way"
    REFUNDS = "refunds"


@dataclass(frozen=True, slots=True)
class PayoutFilter:
    """Which page of which list is wanted, without the others; or, where none is named, the first of each."""

    paged: PayoutList | None = None
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class DisbursementPage:
    """The pages of lists of payouts that were wanted, what a person has to act on first.

    `totals` says how long each of these lists is. A list that was not wanted is empty, and has no length.
    `waiting`: loans whose borrower's identity is checked, oldest first, then the others. `second`: payouts that wait
    for a second person, oldest first. `under_way`: those of unknown fate, then those that a rail has not answered for.
    `refunds`: those that are not finished, oldest first, then the others, newest first. `recent`: the newest settled,
    beside the first page of each list only.
    """

    waiting: Sequence[DisbursementRow]
    second: Sequence[DisbursementRow]
    under_way: Sequence[DisbursementRow]
    recent: Sequence[DisbursementRow]
    missing_districts: Sequence[str]
    refunds: Sequence[RefundRow] = ()
    totals: Mapping[PayoutList, int] = field(default_factory=dict)
