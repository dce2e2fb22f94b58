"""The words of timelines: who took a step, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.applications import REJECTION_REASONS, RETURN_REASONS

ACTORS: Final[Mapping[str, str]] = {
    "borrower": mark("by the borrower"),
    "rail": mark("by the money service"),
    "system": mark("by the system"),
}

REASONS: Final[Mapping[str, str]] = {
    **REJECTION_REASONS,
    **RETURN_REASONS,
    "answered": mark("The borrower answered"),
    "accepted_by_borrower": mark("The borrower accepted"),
    "approved": mark("Approved"),
    "cancel_asked_by_borrower": mark("The borrower wants to return the cash"),
    "cancelled_by_borrower": mark("The borrower cancelled"),
    "cancelled_for_borrower": mark("Cancelled at the borrower's request"),
    "declined_by_borrower": mark("The borrower declined"),
    "first_approval": mark("First of two approvals"),
    "offer_expired": mark("The offer's last day passed"),
    "not_answered": mark("The borrower did not answer in time"),
    "paid_in_full": mark("Paid back in full"),
    "payout_confirmed": mark("The money arrived"),
    "payout_confirmed_by_hand": mark("Two persons found that the money arrived"),
    "payout_failed": mark("The payout failed"),
    "failed_by_hand": mark("Two persons found that the payout failed"),
    "recommended": mark("Recommended"),
    "release_refused": mark("The second person refused the payout"),
    "release_withdrawn": mark("The release was withdrawn"),
    "released": mark("Payout released"),
    "released_second": mark("Payout released by the second person"),
    "reopened": mark("Opened again by a correction"),
    "returned_by_borrower": mark("The borrower returned the cash in time"),
    "submitted": mark("Application sent"),
    "written_off": mark("Given up as a loss"),
    "withdrawn_by_borrower": mark("The borrower withdrew"),
}
"""Why a step was taken, on the timelines. A rail's own failure codes are shown as they are."""
