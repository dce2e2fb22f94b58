"""What came in and is in no record yet: payments and applications that wait for their district, or were set aside."""

from __future__ import annotations

from typing import Final

from admin_web.intake.views import show_intake, try_one_again
from admin_web.routing import Page, StaffPage
from core.use_cases.draining_desk import MAY_READ, MAY_TRY_AGAIN

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/intake", show_intake, tuple(MAY_READ.values())),
    StaffPage("POST", "/intake", try_one_again, tuple(MAY_TRY_AGAIN.values())),
)
