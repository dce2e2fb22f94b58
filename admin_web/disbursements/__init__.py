"""Money that waits to leave, and what became of what left."""

from __future__ import annotations

from typing import Final

from admin_web.disbursements.call_off import ask_call_off, call_off
from admin_web.disbursements.settlement import ask_settlement, propose_settlement
from admin_web.disbursements.views import (
    confirm_payout,
    release_payout,
    review_confirmation,
    review_release,
    show_disbursements,
)
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_READ = (Permission.DISBURSEMENT_READ,)
_RELEASE = (Permission.DISBURSEMENT_RELEASE,)
_CONFIRM = (Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT,)
_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/disbursements", show_disbursements, _READ),
    StaffPage("GET", "/disbursements/{reference}/release", review_release, _RELEASE),
    StaffPage("POST", "/disbursements/{reference}/release", release_payout, _RELEASE),
    StaffPage("GET", "/disbursements/{reference}/confirm", review_confirmation, _CONFIRM),
    StaffPage("POST", "/disbursements/{reference}/confirm", confirm_payout, _CONFIRM),
    StaffPage("GET", "/disbursements/{reference}/call-off", ask_call_off, (*_RELEASE, *_CONFIRM)),
    StaffPage("POST", "/disbursements/{reference}/call-off", call_off, (*_RELEASE, *_CONFIRM)),
    StaffPage("GET", "/payouts/{payout}/settle", ask_settlement, _PROPOSE),
    StaffPage("POST", "/payouts/{payout}/settle", propose_settlement, _PROPOSE),
)
