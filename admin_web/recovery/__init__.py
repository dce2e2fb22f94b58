"""Letting a borrower choose a new PIN, with their ID in hand. Nobody here sees a code or a PIN."""

from __future__ import annotations

from typing import Final

from admin_web.recovery.views import ask_reset, start_reset
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_RESET = (Permission.BORROWER_RESET_PIN,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/pin-resets", ask_reset, _RESET),
    StaffPage("POST", "/pin-resets", start_reset, _RESET),
)
