"""Money that came in."""

from __future__ import annotations

from typing import Final

from admin_web.payments.views import show_payments
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

PAGES: Final[tuple[Page, ...]] = (StaffPage("GET", "/payments", show_payments, (Permission.PAYMENT_READ,)),)
