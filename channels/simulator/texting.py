"""A phone that writes SMS: each text is an inbound callback, and the answer is what the stand-in was sent."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

import aiohttp

from channels.simulator.phone import PhoneScreen
from channels.simulator.window import StandInWindow, accepted
from channels.stand_in.networks import network_code
from channels.transport import TransportError
from core.phones import PhoneNumber

_FIRST_TEXT: Final = "LETSEMA"
_POST_SECONDS_MAX: Final = 15.0


class TextingPhone:
    """One number that writes to a short code. `inbound_url` is the application's callback."""

    def __init__(
        self,
        window: StandInWindow,
        *,
        inbound_url: str,
        number: PhoneNumber,
        short_code: str,
        now: Callable[[], datetime],
        random_hex: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self._window = window
        self._inbound_url = inbound_url
        self._number = number.e164
        self._short_code = short_code
        self._now = now
        self._random_hex = random_hex

    async def dial(self, *_already_typed: str) -> PhoneScreen:
        """Write the word that begins anew. Raises `TransportError`."""
        return await self.answer(_FIRST_TEXT)

    async def answer(self, typed: str) -> PhoneScreen:
        """Write a text and wait for what comes back. Raises `TransportError`."""
        seen = await self._window.count_from(self._short_code, self._number)
        form = {
            "id": f"dialled-{self._random_hex(12)}",
            "from": self._number,
            "to": self._short_code,
            "text": typed,
            "date": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "linkId": "",
            "networkCode": network_code(self._number),
        }
        timeout = aiohttp.ClientTimeout(total=_POST_SECONDS_MAX)
        try:
            async with self._window.client.post(self._inbound_url, data=form, timeout=timeout) as response:
                accepted(response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransportError(permanent=False, code="unreachable") from error
        answers = await self._window.new_from(self._short_code, self._number, seen)
        return PhoneScreen(text="\n\n".join(str(each["text"]) for each in answers), is_open=True)
