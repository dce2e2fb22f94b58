"""Refusals and accidents become pages, in one place.

A visitor reads what to do next and the id of the request, never more; the rest is in the log under that id.
"""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from admin_web.context import signed_in_as
from admin_web.error_pages import error_page
from admin_web.logged_paths import logged_path
from admin_web.refusals import status_of
from core.errors import DomainError
from core.use_cases.sign_in import TooManyAttempts

_log = structlog.get_logger("admin_web")


async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a page where the rest raised."""
    try:
        return await handler(request)
    except DomainError as error:
        return await _refused(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = await error_page(request, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception:  # noqa: BLE001 (the last resort: the visitor gets an id, the log gets the traceback)
        _log.exception("request_failed", method=request.method, path=logged_path(request))
        return await error_page(request, 500)


async def _refused(request: web.Request, error: DomainError) -> web.StreamResponse:
    status = status_of(error)
    known = signed_in_as(request)
    actor = str(known.member.id) if known is not None else None
    _log.info(
        "refused", code=error.code, status=status, method=request.method, path=logged_path(request), actor_id=actor
    )
    response = await error_page(request, status, error)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
