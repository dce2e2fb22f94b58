"""The lender's own money on its rails: put in and taken out at the head office, by two persons."""

from __future__ import annotations

from typing import Final

from admin_web.floats.views import ask_funding, ask_sweep, propose_funding, propose_sweep
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/floats/fund", ask_funding, _PROPOSE),
    StaffPage("POST", "/floats/fund", propose_funding, _PROPOSE),
    StaffPage("GET", "/floats/sweep", ask_sweep, _PROPOSE),
    StaffPage("POST", "/floats/sweep", propose_sweep, _PROPOSE),
)
