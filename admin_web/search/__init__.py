"""One box that finds anything of this lender's."""

from __future__ import annotations

from typing import Final

from admin_web.routing import Page, StaffPage
from admin_web.search.views import search
from core.records.staff import Permission

PAGES: Final[tuple[Page, ...]] = (StaffPage("POST", "/search", search, (Permission.LOAN_READ,)),)
