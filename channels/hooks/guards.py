"""What stands before every hook: the path's secret, the body's limit, and one place that answers refusals."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from channels.forms import BODY_BYTES_MAX
from channels.transport import MalformedHook
from core.errors import InvalidInput, NotFound
from core.ports.channel import ChannelPlaneDown
from core.ports.record import DistrictDown, KeyReused

_RETRY_AFTER_SECONDS: Final = "5"

log = structlog.get_logger(__name__)


def require_token(tokens: Sequence[str]) -> Middleware:
    """A middleware: any path without one of the tokens is not found, whatever else may be wrong with the request.

    Every token is compared in constant time, so that one can replace another while both still work.
    """
    known = [token.encode() for token in tokens]

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.match_info.get("token", "").encode()
        matches = [hmac.compare_digest(given, token) for token in known]
        if not any(matches):
            log.warning("hook_token_refused")
            raise web.HTTPNotFound
        return await handler(request)

    return check


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Malformed: 400. Unknown: 404. The same key with other content: 409. Not durable: 503, so that it comes again.

    What is logged names the hook and the rule, never the body: it may hold a PIN.
    """
    try:
        return await handler(request)
    except MalformedHook as error:
        log.warning("hook_malformed", hook=hook_name(request), why=str(error))
        return _refusal(400, "malformed", str(error))
    except InvalidInput as error:
        log.warning("hook_refused", hook=hook_name(request), code=error.code, field=error.field)
        return _refusal(400, error.code, error.message)
    except NotFound:
        log.warning("hook_names_nothing", hook=hook_name(request))
        return _refusal(404, NotFound.code, "there is no such thing")
    except KeyReused:
        log.warning("hook_key_reused", hook=hook_name(request), alarm=True)
        return _refusal(409, KeyReused.code, "the same reference came before with other content")
    except (ChannelPlaneDown, DistrictDown) as error:
        log.warning("hook_not_durable", hook=hook_name(request), code=error.code)
        return _refusal(503, error.code, "not kept, send it again", {"Retry-After": _RETRY_AFTER_SECONDS})


def _refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status, headers=headers)


async def body_of(request: web.Request) -> bytes:
    """The body, read no further than its limit. Raises `MalformedHook` when it is larger, or wrongly compressed."""
    body = bytearray()
    try:
        async for chunk in request.content.iter_chunked(BODY_BYTES_MAX):
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                raise MalformedHook(f"the body is larger than {BODY_BYTES_MAX} bytes")
    except web.RequestPayloadError as error:
        raise MalformedHook("the body's encoding is wrong") from error
    return bytes(body)


def hook_name(request: web.Request) -> str:
    """The path's pattern, which holds no secret: "/hooks/{token}/africastalking/ussd"."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"
