"""The words of payouts: their states, what they are for, and how they fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.loan import PayoutPurpose, PayoutStatus

_P = PayoutStatus
PAYOUT_STATUSES: Final[Mapping[str, Badge]] = {
    _P.AWAITING_SECOND: Badge(mark("Waits for second person"), "wait"),
    _P.QUEUED: Badge(mark("Queued"), "wait"),
    _P.SENT: Badge(mark("Sent"), "wait"),
    _P.CONFIRMED: Badge(mark("Confirmed"), "good"),
    _P.FAILED: Badge(mark("Failed"), "bad"),
    _P.UNKNOWN: Badge(mark("Unknown"), "warn"),
}

PURPOSES_OF_PAYOUTS: Final[Mapping[str, str]] = {
    PayoutPurpose.LOAN: mark("Cash of a loan"),
    PayoutPurpose.CREDIT: mark("Paid too much on a loan"),
    PayoutPurpose.SUSPENSE: mark("In suspense"),
}

FAILURES: Final[Mapping[str, str]] = {
    "confirmed_late": mark("said too late to have been paid"),
    "failed_by_hand": mark("two persons found that it was not paid"),
    "not_found": mark("the money service does not know it"),
    "paid_before": mark("an earlier payout had arrived after all"),
    "release_refused": mark("refused by the second person"),
    "release_withdrawn": mark("withdrawn by who released it"),
}
"""Why a payout failed, where we say so ourselves. A rail's own codes are shown as they are."""

CONTRADICTIONS: Final[Mapping[str, str]] = {
    "confirmed": mark("Later the money service said that it was paid."),
    "failed": mark("Later the money service said that it failed. The books keep it as paid."),
}

OUTCOMES: Final[Mapping[str, str]] = {
    "confirmed": mark("It was paid"),
    "failed": mark("It was not paid"),
}
"""What two persons say of a payout that its rail knows nothing of."""
