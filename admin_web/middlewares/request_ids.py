"""Every request gets an id of ours: people read it on error pages, and every log line of the request carries it."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from admin_web.context import PORTAL, REQUEST_ID


async def give_request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request. An id that a client sends is not believed: it could forge another's trail."""
    request_id = request.app[PORTAL].engine.identifiers.new_id()
    request[REQUEST_ID] = request_id
    with structlog.contextvars.bound_contextvars(request_id=str(request_id)):
        response = await handler(request)
    response.headers["X-Request-Id"] = str(request_id)
    return response
