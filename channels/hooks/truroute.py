"""TruRoute's requests: one address for hops and for the notices that a session ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from channels.hooks.africastalking import NOT_FROM_LESOTHO
from channels.hooks.guards import body_of
from channels.transport import MalformedHook
from channels.ussd.truroute import (
    REPLY_CONTENT_TYPE,
    SERVICE,
    RequestType,
    TruRouteRequest,
    dialled_suffix,
    parse_request,
    render_reply,
)
from conversations.turns import Dialect, Hop, Reply
from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.records.borrower import Channel

log = structlog.get_logger(__name__)


class TruRouteHooks:
    """The same machine in a per-hop dialect."""

    def __init__(self, take: Callable[[Hop], Awaitable[Reply]], service_codes: frozenset[str] | None) -> None:
        self._take = take
        self._service_codes = service_codes

    async def post_request(self, request: web.Request) -> web.Response:
        """Answer a hop with a page. The deadline counts from here, before the body is read.

        A notice (cancelled, timed out, charge failed) is telemetry, and closes what is closed already.
        """
        received_at = asyncio.get_running_loop().time()
        asked = parse_request(await body_of(request))
        if not asked.is_hop:
            log.info("ussd_session_ended", dialect=SERVICE, status=asked.type.name.lower())
            return _page(Reply(text="", ends=True))
        text = self._input_of(asked)
        try:
            caller = PhoneNumber.parse(asked.caller)
        except InvalidInput:
            return _page(Reply(text=NOT_FROM_LESOTHO, ends=True))
        hop = Hop(
            channel=Channel.USSD,
            service=SERVICE,
            session=asked.session,
            caller=caller,
            text=text,
            dialect=Dialect.PER_HOP,
            is_new=asked.type is RequestType.BEGINS,
            received_at=received_at,
        )
        return _page(await self._take(hop))

    def _input_of(self, asked: TruRouteRequest) -> str:
        """What was typed; of a dial the choices behind the code. Raises `MalformedHook` for a code that is not ours."""
        if asked.type is RequestType.ANSWERS:
            return asked.text
        suffix = dialled_suffix(asked.text, self._service_codes)
        if suffix is None:
            raise MalformedHook("msg is not one of our codes")
        return suffix


def _page(reply: Reply) -> web.Response:
    return web.Response(
        body=render_reply(reply.text, ends=reply.ends), content_type=REPLY_CONTENT_TYPE, charset="utf-8"
    )
