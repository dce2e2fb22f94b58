"""The simulated rail's callbacks: money that came in, and how a payout ended."""

from __future__ import annotations

from aiohttp import web

from channels.hooks.guards import body_of
from channels.rails.simulated_notices import RAIL, parse_payment_notice, parse_payout_notice
from core.ports.engine import Engine
from core.use_cases.disbursing import settle_payout
from core.use_cases.repaying import PaymentNotice, receive_payment


class SimulatedRailHooks:
    """One method a callback."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def post_payment(self, request: web.Request) -> web.Response:
        """Take a payment into the intake: 200 only when it is durable there, 409 when it clashes with one that is."""
        told = parse_payment_notice(await body_of(request))
        notice = PaymentNotice(
            rail=RAIL,
            reference=told.reference,
            amount=told.amount,
            payer=told.payer,
            to=told.to,
            account=told.account,
            paid_at=told.paid_at,
        )
        outcome = await receive_payment(self._engine, notice)
        return web.json_response({"result": str(outcome)})

    async def post_payout(self, request: web.Request) -> web.Response:
        """Settle a payout that is said to have ended. Saying it again changes nothing.

        The notice carries no signature, so it is only a hint to ask: what the rail itself answers is what counts.
        """
        told = parse_payout_notice(await body_of(request))
        result = await self._engine.rails[RAIL].query(told.reference)
        await settle_payout(self._engine, RAIL, told.reference, result)
        return web.json_response({"result": "accepted"})
