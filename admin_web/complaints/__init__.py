"""Complaints: the list by when an answer is due, each one's page, answering and closing."""

from __future__ import annotations

from typing import Final

from admin_web.complaints.views import answer, close, show_complaint, show_complaints
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_READ = (Permission.COMPLAINT_READ,)
_ANSWER = (Permission.COMPLAINT_ANSWER,)

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/complaints", show_complaints, _READ),
    StaffPage("GET", "/complaints/{reference}", show_complaint, _READ),
    StaffPage("POST", "/complaints/{reference}/answer", answer, _ANSWER),
    StaffPage("POST", "/complaints/{reference}/close", close, _ANSWER),
)
