"""What was just done, told once on the page after: the cookie names a sentence, it never carries one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from admin_web.languages import mark
from admin_web.settings import PortalSettings

_SECONDS: Final = 60

NOTICES: Final[Mapping[str, str]] = {
    "approved": mark("The application is approved. The borrower is told by SMS and can accept the offer by phone."),
    "second_approval_needed": mark("Your approval is recorded. Above limit 1 a manager approves next."),
    "called_off": mark("The payout is called off. The loan waits for a release again."),
    "carried_out": mark("The change is carried out. The books have moved."),
    "complaint_answered": mark(
        "The answer is on its way to the borrower by SMS. Close the complaint when it is settled."
    ),
    "complaint_closed": mark("The complaint is closed."),
    "identity_case_closed": mark("The case is closed. Nothing was changed."),
    "identity_change_proposed": mark("Your proposal is recorded. A second person agrees to it or refuses it."),
    "identity_change_refused": mark("The change is refused. Whoever proposed it reads why."),
    "identity_change_withdrawn": mark("You took your proposal back. Nothing changed."),
    "identity_changed": mark("The change is agreed to. The borrower is told by SMS, and payouts wait for a day."),
    "identity_checked": mark("The identity check is recorded."),
    "intake_tried_again": mark("It is tried again in a few seconds. When it fails once more, it is back here."),
    "language_changed": mark("The language is changed."),
    "last_recovery_code_used": mark(
        "You came in with your last recovery code. Ask for a new invitation before you sign out, "
        "and tell your administrator if it was not you."
    ),
    "loan_cancelled": mark("The loan is cancelled. The borrower is told by SMS."),
    "other_sessions_ended": mark("Every other session of yours has ended."),
    "pin_reset_started": mark("The code is on its way to the borrower's number. It is good for 10 minutes."),
    "proposal_refused": mark("The change is refused. Whoever proposed it reads why."),
    "proposal_withdrawn": mark("You took your proposal back. Nothing changed in the books."),
    "proposed": mark("Your proposal is recorded. A second person carries it out or refuses it."),
    "recommended": mark("Your recommendation is recorded. Somebody else decides now."),
    "recovery_code_used": mark(
        "You came in with a recovery code, which is used up now. If your phone is lost, ask for a new invitation."
    ),
    "rejected": mark("The application is rejected. The borrower is told the reason by SMS."),
    "released": mark("The payout is released. The money service's answer appears here."),
    "second_release_needed": mark("Your release is recorded. The payout is above limit 2: a manager releases it next."),
    "returned": mark("The application is returned. The borrower is told by SMS what is needed."),
}


def leave_notice(response: web.StreamResponse, settings: PortalSettings, notice: str) -> None:
    """Name a sentence for the next page."""
    if notice not in NOTICES:
        raise ValueError(f"there is no notice {notice}")
    response.set_cookie(
        settings.notice_cookie,
        notice,
        max_age=_SECONDS,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def notice_of(request: web.Request, settings: PortalSettings) -> str:
    """The sentence that the last page left; empty when there is none, or the cookie names no sentence of ours."""
    return NOTICES.get(request.cookies.get(settings.notice_cookie, ""), "")


def forget_notice(response: web.StreamResponse, settings: PortalSettings) -> None:
    """Take the notice away, since it was shown."""
    response.del_cookie(settings.notice_cookie, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax")
