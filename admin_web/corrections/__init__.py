"""Correcting the books of a loan: the narrow page for whoever proposes it, and the forms that it leads to."""

from __future__ import annotations

from typing import Final

from admin_web.corrections.cash import ask_cash, propose_cash
from admin_web.corrections.refund import ask_refund, propose_refund
from admin_web.corrections.views import find_loan, show_books
from admin_web.corrections.waiver import ask_waiver, propose_waiver
from admin_web.corrections.write_off import ask_write_off, propose_write_off
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/corrections", find_loan, _PROPOSE),
    StaffPage("GET", "/corrections/{reference}", show_books, _PROPOSE),
    StaffPage("GET", "/corrections/{reference}/cash", ask_cash, _PROPOSE),
    StaffPage("POST", "/corrections/{reference}/cash", propose_cash, _PROPOSE),
    StaffPage("GET", "/corrections/{reference}/waive", ask_waiver, _PROPOSE),
    StaffPage("POST", "/corrections/{reference}/waive", propose_waiver, _PROPOSE),
    StaffPage("GET", "/corrections/{reference}/write-off", ask_write_off, _PROPOSE),
    StaffPage("POST", "/corrections/{reference}/write-off", propose_write_off, _PROPOSE),
    StaffPage("GET", "/corrections/{reference}/refund", ask_refund, _PROPOSE),
    StaffPage("POST", "/corrections/{reference}/refund", propose_refund, _PROPOSE),
)
