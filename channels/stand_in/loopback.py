"""Keeps the demo's servers to this machine. They have no sign-in and move play money, so nobody else may reach them."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

_JSON: Final = "application/json"


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without its port, is this machine's own loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@web.middleware
async def loopback_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse any peer but loopback, and any name for this server but a loopback one.

    The name matters too: a web page elsewhere may point its own name at 127.0.0.1 and have the browser call us.
    """
    if request.remote is not None and not is_loopback(request.remote):
        raise web.HTTPForbidden(text="loopback only\n")
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        raise web.HTTPForbidden(text="loopback only\n")
    return await handler(request)


def require_json(request: web.Request) -> None:
    """Refuse a body that a form on some other site could send without the browser asking us first."""
    if request.content_type != _JSON:
        raise web.HTTPUnsupportedMediaType(text=f"send {_JSON}\n")
