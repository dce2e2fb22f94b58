"""Loans: the list with what is late, and each loan's page."""

from __future__ import annotations

from typing import Final

from admin_web.loans.cancellation import ask_cancellation, cancel
from admin_web.loans.views import show_loan, show_loans
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/loans", show_loans, (Permission.LOAN_READ,)),
    StaffPage("GET", "/loans/{reference}", show_loan, (Permission.LOAN_READ,)),
    StaffPage("GET", "/loans/{reference}/cancel", ask_cancellation, (Permission.LOAN_CANCEL,)),
    StaffPage("POST", "/loans/{reference}/cancel", cancel, (Permission.LOAN_CANCEL,)),
)
