"""The token in every form: bound to the session, or before sign-in to a short-lived cookie of its own."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from admin_web.context import PORTAL, Portal, signed_in_as

TOKEN_FIELD: Final = "form_token"  # noqa: S105 (the name of a field, not a secret)
_GUEST_SECONDS: Final = 3_600
_SECRET: Final = re.compile(r"[0-9a-f]{64}")


def expected_token(request: web.Request) -> str | None:
    """The token that a form of this visitor carries; None for a guest without the cookie that it is bound to."""
    known = signed_in_as(request)
    if known is not None:
        return known.session.csrf_token
    portal = request.app[PORTAL]
    secret = request.cookies.get(portal.settings.form_cookie, "")
    return guest_token(portal, secret) if _is_secret(secret) else None


def guest_secret(request: web.Request) -> str:
    """The secret that this browser has for guests' forms, or a new one."""
    portal = request.app[PORTAL]
    secret = request.cookies.get(portal.settings.form_cookie, "")
    if _is_secret(secret):
        return secret
    return portal.engine.identifiers.new_token().hex()


def guest_token(portal: Portal, secret: str) -> str:
    """The token for a guest's form: nobody without our key can make one, whatever cookie they plant."""
    return portal.engine.keyed_hash.digest("portal guest form", secret.encode()).hex()


def keep_guest_secret(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    """Leave the secret in the browser for as long as a sign-in may reasonably take."""
    settings = request.app[PORTAL].settings
    response.set_cookie(
        settings.form_cookie,
        secret,
        max_age=_GUEST_SECONDS,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _is_secret(text: str) -> bool:
    return _SECRET.fullmatch(text) is not None
