"""Who a borrower is: identities that came from another phone, and new numbers and corrected IDs by two persons."""

from __future__ import annotations

from typing import Final

from admin_web.identities.cases import (
    close,
    correct_id,
    reveal_number,
    same_person,
    show_case,
    show_cases,
)
from admin_web.identities.changes import (
    agree_change,
    ask_number,
    propose_new_number,
    refuse_change,
    show_change,
    show_changes,
    withdraw_change,
)
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

_READ = (Permission.IDENTITY_READ,)
_PROPOSE = (Permission.IDENTITY_PROPOSE,)
_AGREE = (Permission.IDENTITY_AGREE,)
_CASE: Final = "/identity-cases/{district}/{case}"
_CHANGE: Final = "/identity-changes/{district}/{change}"

PAGES: Final[tuple[Page, ...]] = (
    StaffPage("GET", "/identity-cases", show_cases, _READ),
    StaffPage("GET", _CASE, show_case, _READ),
    StaffPage("POST", f"{_CASE}/number", reveal_number, (Permission.BORROWER_REVEAL,)),
    StaffPage("POST", f"{_CASE}/same-person", same_person, _PROPOSE),
    StaffPage("POST", f"{_CASE}/correct-id", correct_id, _PROPOSE),
    StaffPage("POST", f"{_CASE}/close", close, _PROPOSE),
    StaffPage("GET", "/identity-changes", show_changes, _READ),
    StaffPage("GET", "/identity-changes/number", ask_number, _PROPOSE),
    StaffPage("POST", "/identity-changes/number", propose_new_number, _PROPOSE),
    StaffPage("GET", _CHANGE, show_change, _READ),
    StaffPage("POST", f"{_CHANGE}/agree", agree_change, _AGREE),
    StaffPage("POST", f"{_CHANGE}/refuse", refuse_change, _AGREE),
    StaffPage("POST", f"{_CHANGE}/withdraw", withdraw_change, _PROPOSE),
)
