"""What a member of staff may change about themselves."""

from __future__ import annotations

from typing import Final

from admin_web.profile.views import change_language, end_other_sessions, show_profile
from admin_web.routing import Page, StaffPage

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/me", show_profile),
    StaffPage("POST", "/me/language", change_language),
    StaffPage("POST", "/me/sessions/end", end_other_sessions),
)
