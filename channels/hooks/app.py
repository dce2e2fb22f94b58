"""The hooks' routes. A new provider is a module beside this one and its lines here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from channels.forms import BODY_BYTES_MAX
from channels.hooks.africastalking import AfricasTalkingHooks
from channels.hooks.guards import answer_refusals, require_token
from channels.hooks.simulated_rail import SimulatedRailHooks
from channels.hooks.truroute import TruRouteHooks
from channels.sms.conversation import SmsConversation
from channels.sms.receiving import SmsInbox
from conversations.turns import Hop, Reply
from core.ports.engine import Engine

TurnTaker = Callable[[Hop], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class HookSettings:
    """tokens: the secrets that may stand in the path; two while one replaces the other.

    service_codes: the USSD codes that are ours; None (the demo) answers every one.
    """

    tokens: tuple[str, ...] = field(repr=False)
    service_codes: frozenset[str] | None


def make_hooks(
    settings: HookSettings, engine: Engine, take_ussd: TurnTaker, *, sms: SmsConversation | None = None
) -> web.Application:
    """Make the sub-application to mount at `/hooks`. `take_ussd` answers a hop with a page for USSD.

    sms: what answers inbound SMS; None where there is no short code: they are kept and not answered.
    """
    africastalking = AfricasTalkingHooks(engine, take_ussd, settings.service_codes, SmsInbox(engine, sms))
    truroute = TruRouteHooks(take_ussd, settings.service_codes)
    app = web.Application(middlewares=[require_token(settings.tokens), answer_refusals], client_max_size=BODY_BYTES_MAX)
    app.add_routes(
        [
            web.post("/{token}/africastalking/ussd", africastalking.post_hop),
            web.post("/{token}/africastalking/ussd-events", africastalking.post_session_ended),
            web.post("/{token}/africastalking/sms", africastalking.post_inbound),
            web.post("/{token}/africastalking/delivery", africastalking.post_delivery),
            web.post("/{token}/ussd/truroute", truroute.post_request),
        ]
    )
    if "simulated" in engine.rails:
        rail = SimulatedRailHooks(engine)
        app.add_routes(
            [
                web.post("/{token}/payments/simulated", rail.post_payment),
                web.post("/{token}/payouts/simulated", rail.post_payout),
            ]
        )
    return app
