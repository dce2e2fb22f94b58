"""Who a request belongs to, by the cookie alone."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from admin_web.assets import PREFIX
from admin_web.context import PORTAL, SIGNED_IN_AS, SignedInAs
from core.use_cases import sign_in


async def find_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Look the session up and put it on the request. Files that everybody may have need none."""
    portal = request.app[PORTAL]
    cookie = request.cookies.get(portal.settings.session_cookie, "")
    if cookie and not request.path.startswith(PREFIX):
        found = await sign_in.session_of(portal.engine, cookie)
        if found is not None:
            member, session = found
            request[SIGNED_IN_AS] = SignedInAs(member, session, cookie)
    return await handler(request)
