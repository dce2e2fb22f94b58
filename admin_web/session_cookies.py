"""The cookie that carries the session's token. It has no age: it goes with the browser."""

from __future__ import annotations

from aiohttp import web

from admin_web.settings import PortalSettings


def set_session_cookie(response: web.StreamResponse, settings: PortalSettings, cookie: str) -> None:
    """Hand the token to the browser."""
    response.set_cookie(
        settings.session_cookie, cookie, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )


def drop_session_cookie(response: web.StreamResponse, settings: PortalSettings) -> None:
    """Take the token back."""
    response.del_cookie(
        settings.session_cookie, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )
