"""A borrower's phone, driven from outside: it speaks the gateway's callback and sees what a person would."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

import aiohttp

SERVICE_CODE = "*384*555#"


@dataclass
class Phone:
    """One SIM. `dial` opens a session, `answer` types into it; the screen is the text after CON or END."""

    http: aiohttp.ClientSession
    public_url: str
    number: str
    session_id: str = ""
    transcript: str = ""
    screen: str = ""
    is_open: bool = False
    seen: list[str] = field(default_factory=list)

    async def dial(self, suffix: str = "") -> str:
        """Start a new session; `suffix` is what follows the service code in a deep dial."""
        self.session_id = f"ATUid_{secrets.token_hex(16)}"
        self.transcript = suffix
        return await self._hop()

    async def answer(self, typed: str) -> str:
        """Type something and send it."""
        assert self.is_open, f"the session has ended: {self.screen}"
        self.transcript = f"{self.transcript}*{typed}" if self.transcript else typed
        return await self._hop()

    async def answers(self, *typed: str) -> str:
        """Type several things, one a screen."""
        for text in typed:
            await self.answer(text)
        return self.screen

    async def choose(self, label: str) -> str:
        """Pick the option whose text contains `label`, turning pages until it is there."""
        for _ in range(10):
            option = re.search(rf"^(\d+)[.):]?\s+[^\n]*{re.escape(label)}", self.screen, re.MULTILINE | re.IGNORECASE)
            if option:
                return await self.answer(option.group(1))
            assert re.search(r"^98\b", self.screen, re.MULTILINE), f"no option {label!r} on:\n{self.screen}"
            await self.answer("98")
        raise AssertionError(f"no option {label!r}")

    async def repeat(self) -> str:
        """Deliver the last hop once more, as a gateway does that missed the answer."""
        return await self._hop()

    def lose_network(self) -> None:
        """The session dies without a word to anyone."""
        self.is_open = False

    async def _hop(self) -> str:
        form = {
            "sessionId": self.session_id,
            "serviceCode": SERVICE_CODE,
            "phoneNumber": self.number,
            "text": self.transcript,
            "networkCode": "65101",
        }
        async with self.http.post(f"{self.public_url}/hooks/demo/africastalking/ussd", data=form) as answer:
            body = await answer.text()
            assert answer.status == 200, f"{answer.status}: {body}"
            assert answer.content_type == "text/plain"
        kind, _, self.screen = body.partition(" ")
        assert kind in {"CON", "END"}, body
        self.is_open = kind == "CON"
        self.seen.append(self.screen)
        return self.screen
