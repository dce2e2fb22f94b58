"""The lender's portfolio in figures that say how they are made."""

from __future__ import annotations

from typing import Final

from admin_web.dashboard.views import show_dashboard
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

PAGES: Final[tuple[Page, ...]] = (StaffPage("GET", "/dashboard", show_dashboard, (Permission.DASHBOARD_READ,)),)
