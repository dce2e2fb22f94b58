"""Africa's Talking's callbacks: a USSD hop, its session's end, an inbound SMS, a delivery report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog
from aiohttp import web

from channels.hooks.guards import body_of
from channels.sms.africastalking import PROVIDER
from channels.sms.delivery import DeliveryReport, parse_delivery_report
from channels.sms.inbound import parse_inbound_sms
from channels.sms.receiving import SmsInbox
from channels.transport import MalformedHook
from channels.ussd.africastalking import REPLY_CONTENT_TYPE, UssdHop, parse_hop, parse_session_ended, render_reply
from conversations.turns import Hop, Reply
from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Channel

NOT_FROM_LESOTHO: Final = (
    "Letsema is for mobile numbers of Lesotho (+266). Letsema e sebeletsa linomoro tsa Lesotho feela (+266)."
)
"""Before any screen: a caller from elsewhere has no language yet, so both are there."""

SENDING: Final = "sending"
_RECENT_MESSAGES: Final = 20
_HOP_METADATA: Final = "at-ussd-hop-metadata"
_HOP_METADATA_CHARACTERS_MAX: Final = 99

log = structlog.get_logger(__name__)


class AfricasTalkingHooks:
    """One method a callback."""

    def __init__(
        self,
        engine: Engine,
        take: Callable[[Hop], Awaitable[Reply]],
        service_codes: frozenset[str] | None,
        inbox: SmsInbox,
    ) -> None:
        self._engine = engine
        self._take = take
        self._service_codes = service_codes
        self._inbox = inbox

    async def post_hop(self, request: web.Request) -> web.Response:
        """Answer a hop with a page. The deadline counts from here, before the body is read."""
        received_at = asyncio.get_running_loop().time()
        hop = parse_hop(await body_of(request))
        if self._service_codes is not None and hop.service not in self._service_codes:
            raise MalformedHook("serviceCode is not one of ours")
        try:
            caller = PhoneNumber.parse(hop.caller)
        except InvalidInput:
            return _page(Reply(text=NOT_FROM_LESOTHO, ends=True))
        return _page(await self._take(_normalised(hop, caller, received_at)))

    async def post_session_ended(self, request: web.Request) -> web.Response:
        """Keep the notice as telemetry: what the borrower achieved is in our own records."""
        ended = parse_session_ended(await body_of(request))
        log.info(
            "ussd_session_ended",
            status=ended.status.value,
            hops=ended.hops,
            duration_milliseconds=ended.duration_milliseconds,
            network=ended.network,
            screens=ended.hop_screens,
        )
        return web.Response()

    async def post_inbound(self, request: web.Request) -> web.Response:
        """Take a message: kept, and answered where it was written to a short code of ours. A repeat does nothing."""
        await self._inbox.receive(parse_inbound_sms(await body_of(request)))
        return web.Response()

    async def post_delivery(self, request: web.Request) -> web.Response:
        """Move a message on. A report for a send whose answer never reached us tells that it was sent after all."""
        report = parse_delivery_report(await body_of(request))
        messages = self._engine.channel.messages
        if report.state is None:
            log.warning("delivery_status_unknown", status=report.status)
            return web.Response()
        known = await messages.deliver(
            PROVIDER, report.provider_id, report.state.value, report.failure_reason, self._engine.clock.now()
        )
        if not known and not await self._adopt(report, report.state.value):
            log.info("delivery_report_unclaimed", state=report.state.value)
        return web.Response()

    async def _adopt(self, report: DeliveryReport, state: str) -> bool:
        """Give the report to the oldest message to that number that was begun and never answered for.

        So a process killed between sending and noting it does not send again. Whether it was that message cannot be
        mistaken: the dispatcher never has two to one number under way.
        """
        try:
            caller = self._engine.keyed_hash.phone(PhoneNumber.parse(report.phone))
        except InvalidInput:
            return False
        recent = await self._engine.channel.messages.of_caller(caller, _RECENT_MESSAGES)
        begun = [message for message in recent if message.direction == "out" and message.state == SENDING]
        if not begun:
            return False
        adopted = replace(
            begun[-1],
            provider=PROVIDER,
            provider_id=report.provider_id,
            state=state,
            failure=report.failure_reason,
        )
        await self._engine.channel.messages.add(adopted)
        return True


def _normalised(hop: UssdHop, caller: PhoneNumber, received_at: float) -> Hop:
    return Hop(
        channel=Channel.USSD,
        service=hop.service,
        session=hop.session,
        caller=caller,
        text=hop.text,
        received_at=received_at,
    )


def _page(reply: Reply) -> web.Response:
    headers = {_HOP_METADATA: reply.screen[:_HOP_METADATA_CHARACTERS_MAX]} if reply.screen else None
    return web.Response(
        body=render_reply(reply.text, ends=reply.ends),
        content_type=REPLY_CONTENT_TYPE,
        charset="utf-8",
        headers=headers,
    )
