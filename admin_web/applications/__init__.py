"""An application: its page, and each step that may be taken on it."""

from __future__ import annotations

from typing import Final

from admin_web.applications.approval import post_approval, review_approval
from admin_web.applications.identity import ask_identity, post_identity
from admin_web.applications.recommendation import ask_recommendation, post_recommendation
from admin_web.applications.refusal import ask_rejection, ask_return, post_rejection, post_return
from admin_web.applications.views import show_application
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_READ = (Permission.APPLICATION_READ,)
_RECOMMEND = (Permission.APPLICATION_RECOMMEND,)
_APPROVE = (Permission.APPLICATION_APPROVE,)
_IDENTITY = (Permission.BORROWER_CHECK_IDENTITY,)
_ONE: Final = "/applications/{reference}"

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", _ONE, show_application, _READ),
    StaffPage("GET", f"{_ONE}/identity", ask_identity, _IDENTITY),
    StaffPage("POST", f"{_ONE}/identity", post_identity, _IDENTITY),
    StaffPage("GET", f"{_ONE}/recommend", ask_recommendation, _RECOMMEND),
    StaffPage("POST", f"{_ONE}/recommend", post_recommendation, _RECOMMEND),
    StaffPage("GET", f"{_ONE}/approve", review_approval, _APPROVE),
    StaffPage("POST", f"{_ONE}/approve", post_approval, _APPROVE),
    StaffPage("GET", f"{_ONE}/reject", ask_rejection, _RECOMMEND),
    StaffPage("POST", f"{_ONE}/reject", post_rejection, _RECOMMEND),
    StaffPage("GET", f"{_ONE}/return", ask_return, _RECOMMEND),
    StaffPage("POST", f"{_ONE}/return", post_return, _RECOMMEND),
)
