"""A phone as the network presents it: dials, answers, and posts Africa's Talking's callback for each hop.

`Handset` is what every simulated phone can do, whatever it speaks; this one speaks USSD.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import aiohttp

from channels.stand_in.networks import network_code
from channels.transport import TransportError
from core.phones import PhoneNumber

_HOP_SECONDS_MAX: Final = 15.0
_CONTINUES: Final = "CON "
_ENDS: Final = "END "
_SCREEN_HEADER: Final = "at-ussd-hop-metadata"


@dataclass(frozen=True, slots=True)
class PhoneScreen:
    """What the phone shows, and whether it waits for an answer. `screen` is its name, where the channel tells it."""

    text: str
    is_open: bool
    screen: str = ""


class Handset(Protocol):
    """A phone with a person behind it. Both raise `TransportError` when nothing sensible comes back."""

    async def dial(self, *already_typed: str) -> PhoneScreen:
        """Begin a session, and show its first screen."""
        ...

    async def answer(self, typed: str) -> PhoneScreen:
        """Answer what is shown."""
        ...


class SimulatedPhone:
    """One handset. `ussd_url` is the application's callback; the client session belongs to the caller."""

    def __init__(
        self,
        client: aiohttp.ClientSession,
        *,
        ussd_url: str,
        number: PhoneNumber,
        service_code: str,
        random_hex: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self._client = client
        self._ussd_url = ussd_url
        self._number = number
        self._service_code = service_code
        self._random_hex = random_hex
        self._session_id = ""
        self._typed: list[str] = []

    async def dial(self, *already_typed: str) -> PhoneScreen:
        """Begin a session; with parts already typed it is a deep dial (`*384*555*1*2#`). Raises `TransportError`."""
        self._session_id = "ATUid_" + self._random_hex(16)
        self._typed = list(already_typed)
        return await self._hop()

    async def answer(self, typed: str) -> PhoneScreen:
        """Send what was typed. Raises `TransportError`."""
        self._typed.append(typed)
        return await self._hop()

    async def _hop(self) -> PhoneScreen:
        form = {
            "phoneNumber": self._number.e164,
            "serviceCode": self._service_code,
            "text": "*".join(self._typed),
            "sessionId": self._session_id,
            "networkCode": network_code(self._number.e164),
        }
        timeout = aiohttp.ClientTimeout(total=_HOP_SECONDS_MAX)
        try:
            async with self._client.post(self._ussd_url, data=form, timeout=timeout, allow_redirects=False) as response:
                return _screen(response.status, await response.text(), response.headers.get(_SCREEN_HEADER, ""))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransportError(permanent=False, code="unreachable") from error


def _screen(status: int, body: str, name: str) -> PhoneScreen:
    """The gateway closes a session whose answer is not 200, or does not begin as it must."""
    if status != HTTPStatus.OK:
        raise TransportError(permanent=True, code=f"http_{status}")
    if not body.startswith((_CONTINUES, _ENDS)):
        raise TransportError(permanent=True, code="malformed_answer")
    return PhoneScreen(text=body[len(_ENDS) :], is_open=body.startswith(_CONTINUES), screen=name)
