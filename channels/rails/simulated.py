"""The simulated mobile-money rail's client: an adapter of `core.ports.rails.PayoutRail` and `CollectingRail`.

It never sends twice. Whatever leaves doubt (a time-out, a broken line, an answer that cannot be read) is `unknown`, and
the caller asks again with `query`; only the rail's own word is a failure.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from channels.rails.simulated_notices import RAIL
from core.money import LSL, Money
from core.ports.rails import PayoutAnswer, PayoutResult

_ANSWER_BYTES_MAX: Final = 8 * 1024
_CODE_CHARACTERS_MAX: Final = 64
_ANSWER_OF_STATUS: Final = {
    "accepted": PayoutAnswer.ACCEPTED,
    "confirmed": PayoutAnswer.CONFIRMED,
    "failed": PayoutAnswer.FAILED,
}


class SimulatedRail:
    """The rail at `base_url`. The session is the application's own and is closed by it."""

    name = RAIL

    def __init__(self, base_url: str, session: aiohttp.ClientSession, *, timeout_seconds: float = 10.0) -> None:
        self._payouts_url = base_url.rstrip("/") + "/rail/payouts"
        self._requests_url = base_url.rstrip("/") + "/rail/requests"
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:
        """Ask the rail to pay a wallet. The rail pays once for each `reference` (ours), however often it is asked.

        to: the wallet's number, "+266…". rail_account: the MFI's account that the money leaves.
        Raises `ValueError` for an amount that is not above zero: a programmer's error, refused before anything is sent.
        """
        if amount.minor <= 0:
            raise ValueError("a payout is more than nothing")
        order = {
            "reference": reference,
            "to": to,
            "amount": amount.plain,
            "currency": LSL.code,
            "account": rail_account,
        }
        return await self._ask("POST", self._payouts_url, order)

    async def request_payment(
        self, reference: str, *, payer: str, amount: Money, rail_account: str, account: str
    ) -> PayoutResult:
        """Have the rail prompt a person, once for each `reference` (ours). Raises `ValueError` as `pay_out` does."""
        if amount.minor <= 0:
            raise ValueError("a payment is more than nothing")
        order = {
            "reference": reference,
            "from": payer,
            "to": rail_account,
            "amount": amount.plain,
            "currency": LSL.code,
            "account": account,
        }
        return await self._ask("POST", self._requests_url, order)

    async def query(self, reference: str) -> PayoutResult:
        """What became of a payout. One that the rail does not know is `unknown` with the code `not_found`."""
        return await self._ask("GET", f"{self._payouts_url}/{quote(reference, safe='')}", None)

    async def _ask(self, method: str, url: str, order: dict[str, str] | None) -> PayoutResult:
        try:
            async with self._session.request(
                method, url, json=order, timeout=self._timeout, allow_redirects=False
            ) as response:
                return _result(response.status, await _body(response))
        except TimeoutError:
            return _unknown("timeout")
        except aiohttp.ClientError:
            return _unknown("connection")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The answer's body, as much of it as an honest answer can have; the rest is left unread."""
    body = b""
    async for chunk in response.content.iter_chunked(_ANSWER_BYTES_MAX):
        body += chunk
        if len(body) > _ANSWER_BYTES_MAX:
            break
    return body[:_ANSWER_BYTES_MAX]


def _result(http_status: int, body: bytes) -> PayoutResult:
    """Classify by what the body says; without a readable one, by nothing at all."""
    members = _members(body)
    code = members.get("code")
    code = code[:_CODE_CHARACTERS_MAX] if isinstance(code, str) else ""
    if http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unknown(f"http_{http_status}")
    if http_status in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
        # A conflict: the rail holds another payout under this reference, so nothing may be said about ours.
        return _unknown(code or f"http_{http_status}")
    answer = _ANSWER_OF_STATUS.get(str(members.get("status")))
    if answer is None:
        return _unknown("malformed_answer")
    rail_reference = members.get("rail_reference")
    return PayoutResult(
        answer,
        rail_reference=rail_reference if isinstance(rail_reference, str) else "",
        failure_code=code if answer is PayoutAnswer.FAILED else "",
    )


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _unknown(code: str) -> PayoutResult:
    return PayoutResult(PayoutAnswer.UNKNOWN, failure_code=code)
