"""What the browser is told about every answer: load nothing from elsewhere, run nothing inline, remember nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from admin_web.assets import PREFIX
from admin_web.context import PORTAL
from admin_web.settings import PortalSettings

CONTENT_POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
"""Denied by default; what is allowed comes from this origin alone. There is no way to loosen it for one page."""

_HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Server": "letsema",
    "X-Content-Type-Options": "nosniff",
}
_TWO_YEARS_SECONDS: Final = 63_072_000


async def add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the security headers to whatever the rest answers, error pages included."""
    response = await handler(request)
    for name, value in security_headers(request.app[PORTAL].settings).items():
        response.headers[name] = value
    if not request.path.startswith(PREFIX):
        response.headers["Cache-Control"] = "no-store"
    return response


def security_headers(settings: PortalSettings) -> Mapping[str, str]:
    """The headers of every answer."""
    policy = dict(CONTENT_POLICY)
    headers = dict(_HEADERS)
    if settings.report_url is not None:
        policy["report-to"] = "csp"
        headers["Reporting-Endpoints"] = f'csp="{settings.report_url}"'
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS_SECONDS}; includeSubDomains"
    headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    return headers
