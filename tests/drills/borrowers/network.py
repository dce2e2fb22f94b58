"""The gateway and the rail, as far as one phone meets them: they call the product's hooks and lose answers."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass

import aiohttp

from tests.drills.borrowers.plan import Plan
from tests.drills.borrowers.record import ANSWERED, HOP, LOST, PAYMENT, SENT, Record

GATEWAY_SECONDS = 12.0
"""After this a gateway tells its caller that the code does not answer."""

_SERVICE_CODE = "*384*555#"


class CallLost(Exception):
    """No answer came: the session is over, and nobody knows what became of the last hop."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a phone shows."""

    text: str
    is_open: bool


class Network:
    """Carries requests to the product and writes down each and what came of it.

    Like a balancer it tries the next listener when one takes no connection; a request that was sent is never sent to
    another one by itself.
    """

    def __init__(self, http: aiohttp.ClientSession, plan: Plan, record: Record) -> None:
        self._http = http
        self._urls = itertools.cycle(plan.urls)
        self._listeners = len(plan.urls)
        self._token = plan.hook_token
        self.record = record

    async def hop(self, phone: str, session_id: str, transcript: str) -> Screen:
        """One request of a USSD session. Raises `CallLost`."""
        form = {
            "sessionId": session_id,
            "serviceCode": _SERVICE_CODE,
            "phoneNumber": phone,
            "text": transcript,
            "networkCode": "65101",
        }
        status, reply = await self._post(phone, HOP, "africastalking/ussd", form, data=form)
        kind, _, text = reply.partition(" ")
        if status != 200 or kind not in {"CON", "END"}:
            raise CallLost
        return Screen(text, is_open=kind == "CON")

    async def notify_payment(self, phone: str, notice: dict[str, str]) -> int:
        """One payment notification; its status. Raises `CallLost`."""
        status, _ = await self._post(phone, PAYMENT, "payments/simulated", notice, json=notice)
        return status

    async def _post(
        self, phone: str, what: str, hook: str, request: dict[str, str], **body: dict[str, str]
    ) -> tuple[int, str]:
        self.record.write(phone, SENT, what, request=request)
        began = time.monotonic()
        try:
            status, reply = await self._try_listeners(hook, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.record.write(
                phone, LOST, what, request=request, reply=type(error).__name__, seconds=time.monotonic() - began
            )
            raise CallLost from error
        self.record.write(
            phone, ANSWERED, what, request=request, reply=reply, status=status, seconds=time.monotonic() - began
        )
        return status, reply

    async def _try_listeners(self, hook: str, body: dict[str, dict[str, str]]) -> tuple[int, str]:
        for left in reversed(range(self._listeners)):
            try:
                async with self._http.post(f"{next(self._urls)}/hooks/{self._token}/{hook}", **body) as answer:  # type: ignore[arg-type]
                    return answer.status, await answer.text()
            except aiohttp.ClientConnectorError:
                if not left:
                    raise
        raise AssertionError("there is a listener")


class Phone:
    """One SIM. Whoever's call is lost may repeat the hop, as gateways do, or dial again."""

    def __init__(self, network: Network, number: str) -> None:
        self.network = network
        self.number = number
        self._session_id = ""
        self._transcript = ""

    async def dial(self) -> Screen:
        """A new session."""
        self._session_id = f"ATUid_{secrets.token_hex(16)}"
        self._transcript = ""
        return await self._hop()

    async def type(self, text: str) -> Screen:
        """One more answer."""
        self._transcript = f"{self._transcript}*{text}" if self._transcript else text
        return await self._hop()

    async def _hop(self) -> Screen:
        try:
            return await self.network.hop(self.number, self._session_id, self._transcript)
        except CallLost:
            if secrets.randbelow(2):
                raise
            await asyncio.sleep(0.3)
            return await self.network.hop(self.number, self._session_id, self._transcript)
