"""The stand-in's server: wires the SMS API, the rail, the faults and the pages that tell what was sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.stand_in.callbacks import CallbackQueue, Timers
from channels.stand_in.faults import FaultBoard, FaultOrder
from channels.stand_in.loopback import loopback_only, require_json
from channels.stand_in.rail import Rail, written
from channels.stand_in.rail_api import RailApi
from channels.stand_in.settings import StandInSettings
from channels.stand_in.sms_api import SmsApi
from channels.stand_in.telegram_api import TelegramApi
from channels.stand_in.telegram_people import TelegramPeople
from core.errors import InvalidInput

BODY_BYTES_MAX: Final = 256 * 1024
CALLBACKS: Final = web.AppKey("callbacks", CallbackQueue)
"""The callbacks under way, for a test that waits until nothing is owed."""


class _FaultBody(BaseModel):
    """What `POST /_faults` takes."""

    model_config = ConfigDict(strict=True)

    provider: Annotated[str, Field(max_length=40)]
    fault: Annotated[str, Field(max_length=40)]
    times: int = 1


def make_stand_in(settings: StandInSettings) -> web.Application:
    """Make the stand-in. Call it inside the event loop that will serve it, and bind it to loopback only."""
    timers = Timers()
    faults = FaultBoard(hang_seconds=settings.hang_seconds)
    callbacks = CallbackQueue(timers, settings.pauses)
    rail = Rail(settings, timers, callbacks)
    rail_api = RailApi(rail, faults)
    sms_api = SmsApi(settings, faults, callbacks)
    people = TelegramPeople(settings, callbacks)
    telegram_api = TelegramApi(settings, faults, people)
    told = _Told(sms_api, rail, faults, callbacks, people)

    async def callbacks_run(_app: web.Application) -> AsyncIterator[None]:
        async with callbacks.running():
            yield
            timers.close()

    async def let_go(_app: web.Application) -> None:
        faults.close()

    app = web.Application(middlewares=[loopback_only], client_max_size=BODY_BYTES_MAX)
    app[CALLBACKS] = callbacks
    app.cleanup_ctx.append(callbacks_run)
    app.on_shutdown.append(let_go)
    app.add_routes(
        [
            web.post("/version1/messaging", sms_api.post_messaging),
            web.post("/rail/payouts", rail_api.post_payout),
            web.get("/rail/payouts/{reference}", rail_api.get_payout),
            web.post("/rail/requests", rail_api.post_request),
            web.post("/rail/pay", rail_api.post_pay),
            web.post("/bot{token}/{method}", telegram_api.post_method),
            web.post("/telegram/say", telegram_api.post_say),
            web.get("/_sent", told.get_sent),
            web.get("/_payouts", told.get_payouts),
            web.get("/_requests", told.get_requests),
            web.get("/_payments", told.get_payments),
            web.get("/_callbacks", told.get_callbacks),
            web.get("/_faults", told.get_faults),
            web.post("/_faults", told.post_faults),
        ]
    )
    return app


class _Told:
    """The pages that are not a provider's: what was sent, and what is to go wrong."""

    def __init__(
        self, sms: SmsApi, rail: Rail, faults: FaultBoard, callbacks: CallbackQueue, people: TelegramPeople
    ) -> None:
        self._sms = sms
        self._rail = rail
        self._faults = faults
        self._callbacks = callbacks
        self._people = people

    async def get_sent(self, request: web.Request) -> web.Response:
        """Messages, oldest first; with `?to=+266…` the SMS to that number, with `?to=telegram:+266…` its chat."""
        to = _asked_number(request, "to")
        by_sms = [
            {"at": written(sms.at), "to": sms.to, "from": sms.sender, "text": sms.text, "parts": sms.parts}
            for sms in self._sms.sent
        ]
        by_chat = [message.to_json() for message in self._people.messages]
        return web.json_response([message for message in [*by_sms, *by_chat] if to in {"", message["to"]}])

    async def get_payouts(self, request: web.Request) -> web.Response:
        """Payouts, oldest first; with `?to=+266…` those to that wallet."""
        to = _asked_number(request, "to")
        return web.json_response(
            [payout.to_json() for payout in self._rail.payouts if to in {"", payout.order.to.e164}]
        )

    async def get_requests(self, request: web.Request) -> web.Response:
        """Prompts to pay, oldest first; with `?from=+266…` those on that phone."""
        payer = _asked_number(request, "from")
        return web.json_response(
            [asked.to_json() for asked in self._rail.requests if payer in {"", asked.order.payer.e164}]
        )

    async def get_payments(self, request: web.Request) -> web.Response:
        """People's payments, oldest first; with `?from=+266…` those from that wallet."""
        payer = _asked_number(request, "from")
        return web.json_response(
            [payment.to_json() for payment in self._rail.payments if payer in {"", payment.payer.e164}]
        )

    async def get_callbacks(self, _request: web.Request) -> web.Response:
        """How many callbacks are owed, were taken, and were given up."""
        counts = self._callbacks
        return web.json_response({"waiting": counts.waiting, "delivered": counts.delivered, "dropped": counts.dropped})

    async def get_faults(self, _request: web.Request) -> web.Response:
        """Faults still to happen."""
        return web.json_response([_fault_json(order) for order in self._faults.left])

    async def post_faults(self, request: web.Request) -> web.Response:
        """Ask for a fault."""
        require_json(request)
        try:
            body = _FaultBody.model_validate_json(await request.read())
            order = self._faults.order(body.provider, body.fault, body.times)
        except ValidationError:
            return web.json_response({"message": "send provider, fault and times (a whole number)"}, status=400)
        except InvalidInput as error:
            return web.json_response({"field": error.field, "message": error.message}, status=400)
        return web.json_response(_fault_json(order))


def _asked_number(request: web.Request, name: str) -> str:
    """The number asked for; a bare `+` in a query is a space by the time it is read."""
    number = request.query.get(name, "").strip()
    scheme, colon, local = number.rpartition(":")
    local = local.strip()
    return f"{scheme}{colon}+{local}" if local[:1].isdigit() else f"{scheme}{colon}{local}"


def _fault_json(order: FaultOrder) -> dict[str, object]:
    return {"provider": order.provider.value, "fault": order.fault.value, "times": order.times}
