"""Changes to the books that wait for their second person."""

from __future__ import annotations

from typing import Final

from admin_web.approvals.views import (
    carry_out_proposal,
    refuse_proposal,
    show_approvals,
    show_proposal,
    withdraw_proposal,
)
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_LOOK = (Permission.ADJUSTMENT_CARRY_OUT, Permission.ADJUSTMENT_PROPOSE)
_DECIDE = (Permission.ADJUSTMENT_CARRY_OUT,)
_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/approvals", show_approvals, _LOOK),
    StaffPage("GET", "/approvals/{district}/{proposal}", show_proposal, _LOOK),
    StaffPage("POST", "/approvals/{district}/{proposal}/carry-out", carry_out_proposal, _DECIDE),
    StaffPage("POST", "/approvals/{district}/{proposal}/refuse", refuse_proposal, _DECIDE),
    StaffPage("POST", "/approvals/{district}/{proposal}/withdraw", withdraw_proposal, _PROPOSE),
)
