"""The token in every form: bound to the session, or before sign-in to a short-lived cookie of its own.

No two pages carry the same token (a salt, and what the secret makes of it), so that pages can be compressed on the wire
without their length telling the secret, letter by letter, to whoever can watch it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from aiohttp import web

from admin_web.context import PORTAL, Portal, signed_in_as

TOKEN_FIELD: Final = "form_token"  # noqa: S105 (the name of a field, not a secret)
_GUEST_SECONDS: Final = 3_600
_SECRET: Final = re.compile(r"[0-9a-f]{64}")


def new_token(portal: Portal, secret: str) -> str:
    """A token for one page."""
    salt = portal.engine.identifiers.new_token().hex()
    return f"{salt}.{_mark(secret, salt)}"


def is_token(secret: str, given: str) -> bool:
    """Whether a token was made with this secret."""
    salt, _, mark = given.partition(".")
    return hmac.compare_digest(mark.encode(), _mark(secret, salt).encode())


def secret_of(request: web.Request) -> str | None:
    """The secret that this visitor's tokens are made with; None for a guest without the cookie that it is bound to."""
    known = signed_in_as(request)
    if known is not None:
        return known.session.csrf_token
    portal = request.app[PORTAL]
    cookie = request.cookies.get(portal.settings.form_cookie, "")
    return guest_secret(portal, cookie) if _SECRET.fullmatch(cookie) else None


def guest_cookie(request: web.Request) -> str:
    """What this browser keeps for guests' forms, or something new to keep."""
    portal = request.app[PORTAL]
    cookie = request.cookies.get(portal.settings.form_cookie, "")
    return cookie if _SECRET.fullmatch(cookie) else portal.engine.identifiers.new_token().hex()


def guest_secret(portal: Portal, cookie: str) -> str:
    """The secret of a guest: nobody without our key can make it, whatever cookie they plant."""
    return portal.engine.keyed_hash.digest("portal guest form", cookie.encode()).hex()


def keep_guest_cookie(request: web.Request, response: web.StreamResponse, cookie: str) -> None:
    """Leave it in the browser for as long as a sign-in may reasonably take."""
    settings = request.app[PORTAL].settings
    response.set_cookie(
        settings.form_cookie,
        cookie,
        max_age=_GUEST_SECONDS,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _mark(secret: str, salt: str) -> str:
    return hmac.digest(secret.encode(), salt.encode(), hashlib.sha256).hex()
