"""Money that came in."""

from __future__ import annotations

from typing import Final

from admin_web.payments.assignment import ask_assignment, propose_assignment
from admin_web.payments.refund import ask_refund, propose_refund
from admin_web.payments.reversal import ask_reversal, propose_reversal
from admin_web.payments.views import show_payments
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_PROPOSE = (Permission.ADJUSTMENT_PROPOSE,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/payments", show_payments, (Permission.PAYMENT_READ,)),
    StaffPage("GET", "/payments/{reference}/assign", ask_assignment, _PROPOSE),
    StaffPage("POST", "/payments/{reference}/assign", propose_assignment, _PROPOSE),
    StaffPage("GET", "/payments/{reference}/reverse", ask_reversal, _PROPOSE),
    StaffPage("POST", "/payments/{reference}/reverse", propose_reversal, _PROPOSE),
    StaffPage("GET", "/payments/{reference}/refund", ask_refund, _PROPOSE),
    StaffPage("POST", "/payments/{reference}/refund", propose_refund, _PROPOSE),
)
