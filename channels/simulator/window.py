"""What the provider stand-in has got: read again until something new is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from channels.transport import TransportError

_POLL_SECONDS: Final = 0.1
_QUIET_SECONDS: Final = 0.4
_OTHERS_SECONDS: Final = 3.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class StandInWindow:
    """The stand-in's pages, as a simulated phone looks at them."""

    client: aiohttp.ClientSession
    url: str
    wait_seconds: float = 15.0

    async def sent_to(self, address: str) -> list[dict[str, Any]]:
        """Messages to an address, oldest first. Raises `TransportError`."""
        try:
            async with self.client.get(f"{self.url}/_sent", params={"to": address}, timeout=_TIMEOUT) as answer:
                rows: list[dict[str, Any]] = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise TransportError(permanent=False, code="stand_in_unreachable") from error
        return rows

    async def new_from(
        self, sender: str, address: str, seen: int, *, answers: Callable[[dict[str, Any]], bool] = lambda _message: True
    ) -> list[dict[str, Any]]:
        """What a sender has sent to an address beyond the first `seen`: wait for it, and until no more comes.

        answers: whether a message is the one that is waited for; others may come before it, and count alone only when
        nothing else comes for a while. Raises `TransportError` when nothing comes.
        """
        loop = asyncio.get_running_loop()
        begun_at = loop.time()
        found: list[dict[str, Any]] = []
        while loop.time() < begun_at + self.wait_seconds:
            now = [each for each in await self.sent_to(address) if each["from"] == sender][seen:]
            is_late = loop.time() > begun_at + _OTHERS_SECONDS
            if now and len(now) == len(found) and (is_late or any(map(answers, now))):
                return now
            found = now
            await asyncio.sleep(_QUIET_SECONDS if found else _POLL_SECONDS)
        if found:
            return found
        raise TransportError(permanent=False, code="no_answer")

    async def count_from(self, sender: str, address: str) -> int:
        """How many messages a sender has sent to an address so far. Raises `TransportError`."""
        return sum(each["from"] == sender for each in await self.sent_to(address))

    async def post(self, path: str, body: dict[str, str]) -> int:
        """Do something at the stand-in; the status. Raises `TransportError`."""
        try:
            async with self.client.post(f"{self.url}{path}", json=body, timeout=_TIMEOUT) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransportError(permanent=False, code="stand_in_unreachable") from error


def accepted(status: int) -> None:
    """Raise `TransportError` unless a status says that it was taken."""
    if status >= HTTPStatus.BAD_REQUEST:
        raise TransportError(permanent=True, code=f"http_{status}")
