"""The lender's own money on its rails: put in, taken out, charged for, and moved between districts, by two persons."""

from __future__ import annotations

from typing import Final

from admin_web.floats.between import ask_move, propose_move
from admin_web.floats.charge import ask_charge, propose_charge
from admin_web.floats.views import ask_funding, ask_sweep, propose_funding, propose_sweep
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/floats/fund", ask_funding, _PROPOSE),
    StaffPage("POST", "/floats/fund", propose_funding, _PROPOSE),
    StaffPage("GET", "/floats/sweep", ask_sweep, _PROPOSE),
    StaffPage("POST", "/floats/sweep", propose_sweep, _PROPOSE),
    StaffPage("GET", "/floats/charge", ask_charge, _PROPOSE),
    StaffPage("POST", "/floats/charge", propose_charge, _PROPOSE),
    StaffPage("GET", "/floats/move", ask_move, _PROPOSE),
    StaffPage("POST", "/floats/move", propose_move, _PROPOSE),
)
