"""The language that a guest reads in: chosen on an open page, and kept by the browser until somebody else chooses.

It never outlives a sign-in: from then on the portal speaks the language that the member keeps.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.context import SignedInAs, signed_in_as
from admin_web.languages import language_asked_for, language_known, language_or_english
from admin_web.settings import PortalSettings
from core.records.borrower import Language

_SECONDS: Final = 365 * 24 * 3_600


def guest_language(request: web.Request, settings: PortalSettings) -> Language:
    """What the address asks for, else the member's own, else what was chosen here before, else what the browser asks.

    Who has given the password and owes the second factor reads on in what they chose a moment ago.
    """
    known = signed_in_as(request)
    return (
        language_known(request.query.get("language", ""))
        or (_own(known) if known is not None and known.is_verified else None)
        or language_known(request.cookies.get(settings.language_cookie, ""))
        or (_own(known) if known is not None else None)
        or language_asked_for(request.headers.get("Accept-Language", ""))
    )


def keep_chosen_language(request: web.Request, response: web.StreamResponse, settings: PortalSettings) -> None:
    """Leave in the browser what the address asks for, if the portal speaks it."""
    chosen = language_known(request.query.get("language", ""))
    if chosen is None:
        return
    response.set_cookie(
        settings.language_cookie,
        chosen.value,
        max_age=_SECONDS,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _own(known: SignedInAs) -> Language:
    return language_or_english(known.member.language)
