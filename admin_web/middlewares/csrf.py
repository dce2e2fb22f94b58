"""No unsafe method without proof that the request comes from a page of ours.

On by default for every route, present and future, and checked before any view runs. Two walls: what the browser says
about where the request comes from (`Sec-Fetch-Site`, else `Origin`), and the token in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from admin_web.context import PORTAL, signed_in_as
from admin_web.form_tokens import TOKEN_FIELD, is_token, secret_of
from admin_web.logged_paths import logged_path

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
_log = structlog.get_logger("admin_web")


async def refuse_forgery(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pass safe methods, and unsafe ones that prove where they come from. Raises `HTTPForbidden`, `HTTPBadRequest`.

    An address or a method that leads nowhere passes too: nothing runs there but the page that says so.
    """
    if request.method in _SAFE_METHODS or request.match_info.http_exception is not None:
        return await handler(request)
    if not comes_from_here(request):
        _log.warning("csrf_fail", reason="cross_site", path=logged_path(request))
        raise web.HTTPForbidden
    if not await _has_token(request):
        return _without_token(request)
    return await handler(request)


def comes_from_here(request: web.Request) -> bool:
    """Whether the browser says that a page of this origin sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and _host_of(origin) == request.host


def _host_of(origin: str) -> str:
    """Host and port of an origin; empty for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:  # half an IPv6 address
        return ""


async def _has_token(request: web.Request) -> bool:
    secret = secret_of(request)
    given = (await _posted(request)).get(TOKEN_FIELD)
    return secret is not None and isinstance(given, str) and is_token(secret, given)


async def _posted(request: web.Request) -> Mapping[str, object]:
    """The fields of a form as ours are sent; none of a body that is something else, which is then never parsed.

    Raises `HTTPBadRequest` for one that is broken: no page of ours sends it, and it is no accident of ours.
    """
    if request.content_type != _FORM:
        return {}
    try:
        return await request.post()
    except (ValueError, LookupError, web.RequestPayloadError) as error:  # not the charset, or compression, that it says
        raise web.HTTPBadRequest from error


def _without_token(request: web.Request) -> web.Response:
    """A session that ran out while the form stood open leads to sign-in; anything else is refused."""
    settings = request.app[PORTAL].settings
    if signed_in_as(request) is None and request.cookies.get(settings.session_cookie):
        return web.Response(status=303, headers={"Location": "/login?ended=1"})
    _log.warning("csrf_fail", reason="token", path=logged_path(request))
    raise web.HTTPForbidden
