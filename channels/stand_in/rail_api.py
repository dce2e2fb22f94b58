"""The rail over HTTP: payouts for the application, payments for a person with a wallet.

    POST /rail/payouts              {"reference", "to", "amount", "currency", "account"} → the payout as it stands
    GET  /rail/payouts/{reference}  the payout as it stands, or 404 {"code": "not_found"}
    POST /rail/requests             {"reference", "from", "to", "amount", "currency", "account"} → the prompt
    POST /rail/pay                  {"from", "to", "amount", "account"} → the payment

A payout answers 202 when it is accepted, 200 when it has ended; 409 when its reference names another; 400 says what is
wrong with the order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Final, Literal, NoReturn

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.stand_in.faults import PAYMENT_FAULTS, PAYOUT_FAULTS, Fault, FaultBoard, Provider
from channels.stand_in.loopback import require_json
from channels.stand_in.rail import PaymentRequest, Payout, PayoutOrder, Rail, RequestOrder
from core.errors import Conflict, InvalidInput
from core.money import Money
from core.phones import PhoneNumber

_Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
_Amount = Annotated[str, Field(pattern=r"^[0-9]{1,11}(\.[0-9]{1,2})?$")]
_Phone = Annotated[str, Field(max_length=20)]
_RailAccount = Annotated[str, Field(min_length=1, max_length=40)]
_Account = Annotated[str, Field(max_length=40)]
_STRICT: Final = ConfigDict(strict=True)


class _PayoutBody(BaseModel):
    """What the application posts."""

    model_config = _STRICT

    reference: _Reference
    to: _Phone
    amount: _Amount
    currency: Literal["LSL"]
    account: _RailAccount


class _PayBody(BaseModel):
    """What a person's wallet posts."""

    model_config = _STRICT

    payer: _Phone = Field(alias="from")
    to: _RailAccount
    amount: _Amount
    account: _Account = ""


class _RequestBody(BaseModel):
    """What the application posts to have a person asked."""

    model_config = _STRICT

    reference: _Reference
    payer: _Phone = Field(alias="from")
    to: _RailAccount
    amount: _Amount
    currency: Literal["LSL"]
    account: _Account


class RailApi:
    """The handlers."""

    def __init__(self, rail: Rail, faults: FaultBoard) -> None:
        self._rail = rail
        self._faults = faults

    async def post_payout(self, request: web.Request) -> web.Response:
        """Take a payout."""
        require_json(request)
        order = await _order(request)
        return await self._taken(lambda fault: self._rail.pay_out(order, fault))

    async def get_payout(self, request: web.Request) -> web.Response:
        """Show a payout."""
        payout = self._rail.payout(request.match_info["reference"])
        if payout is None:
            return web.json_response({"code": "not_found"}, status=404)
        return web.json_response(payout.to_json())

    async def post_request(self, request: web.Request) -> web.Response:
        """Prompt a person to pay."""
        require_json(request)
        order = await _request_order(request)
        return await self._taken(lambda fault: self._rail.request(order, fault))

    async def post_pay(self, request: web.Request) -> web.Response:
        """Take a person's payment."""
        require_json(request)
        try:
            body = _PayBody.model_validate_json(await request.read())
            payer, amount = PhoneNumber.parse(body.payer), _positive(body.amount)
        except (ValidationError, InvalidInput) as error:
            _refuse(error)
        fault = self._faults.take(Provider.RAIL, PAYMENT_FAULTS)
        payment = self._rail.pay(payer, body.to.strip(), amount, body.account.strip(), fault)
        return web.json_response(payment.to_json(), status=201)

    async def _taken(self, take: Callable[[Fault | None], Payout | PaymentRequest]) -> web.Response:
        """Take an order of the application's, with whatever is to go wrong with it, and show how it stands."""
        fault = self._faults.take(Provider.RAIL, PAYOUT_FAULTS)
        if fault is Fault.TIMEOUT:
            await self._faults.hang()
            return web.Response(status=504, text="Gateway Timeout")
        if fault is Fault.SERVER_ERROR:
            return web.Response(status=500, text="Internal Server Error")
        try:
            taken = take(fault)
        except Conflict as error:
            return web.json_response({"code": "reference_conflict", "message": error.message}, status=409)
        if fault is Fault.LOST_ANSWER:
            await self._faults.hang()
        if fault is Fault.MALFORMED:
            return web.Response(status=202, body=b'{"status":', content_type="application/json")
        return web.json_response(taken.to_json(), status=202 if taken.status == "accepted" else 200)


async def _order(request: web.Request) -> PayoutOrder:
    try:
        body = _PayoutBody.model_validate_json(await request.read())
        return PayoutOrder(body.reference, PhoneNumber.parse(body.to), _positive(body.amount), body.account)
    except (ValidationError, InvalidInput) as error:
        _refuse(error)


async def _request_order(request: web.Request) -> RequestOrder:
    try:
        body = _RequestBody.model_validate_json(await request.read())
        payer, amount = PhoneNumber.parse(body.payer), _positive(body.amount)
    except (ValidationError, InvalidInput) as error:
        _refuse(error)
    return RequestOrder(body.reference, payer, body.to.strip(), amount, body.account.strip())


def _positive(written: str) -> Money:
    amount = Money.of(written)
    if not amount:
        raise InvalidInput("the amount is more than zero", field="amount")
    return amount


def _refuse(error: ValidationError | InvalidInput) -> NoReturn:
    """400 with the first field at fault and what is wrong with it, never with its value."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field, message = ".".join(str(part) for part in first["loc"]), first["msg"]
    else:
        field, message = error.field or "", error.message
    refusal = json.dumps({"code": "invalid", "field": field, "message": message})
    raise web.HTTPBadRequest(text=refusal, content_type="application/json")
