"""A borrower on the real machine: USSD hops through the turn runner, with the real engine and database behind it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Self

from channels.ussd.gsm0338 import is_gsm, septets
from conversations.turns import Hop, Reply, TurnRunner
from core.phones import PhoneNumber
from core.records.borrower import Channel

SERVICE = "*384*555#"
_sessions = itertools.count(1)


@dataclass
class Caller:
    """One SIM. Every page that it is shown must be one that a phone can show."""

    runner: TurnRunner
    number: PhoneNumber
    session: str = ""
    transcript: str = ""
    reply: Reply = field(default_factory=lambda: Reply(text="", ends=True))
    pages: list[tuple[str, Reply]] = field(default_factory=list)

    async def dials(self, suffix: str = "") -> Self:
        """Begin a session. The one before simply stops, as sessions do."""
        self.session, self.transcript = f"session-{next(_sessions)}", suffix
        return await self._hop(f"dials {suffix}".strip())

    async def types(self, *typed: str) -> Self:
        """Answer, once for each text."""
        for text in typed:
            assert not self.reply.ends, f"the session is over:\n{self.reply.text}"
            self.transcript = f"{self.transcript}*{text}" if self.transcript else text
            await self._hop(text)
        return self

    async def repeats(self) -> Self:
        """The network delivers the last hop once more."""
        return await self._hop("(again)")

    def shows(self, screen: str) -> Self:
        assert self.reply.screen == screen, f"{self.reply.screen} is shown:\n{self.reply.text}"
        return self

    def says(self, *fragments: str) -> Self:
        for fragment in fragments:
            assert fragment in self.reply.text, f"{fragment!r} is not on the page:\n{self.reply.text}"
        return self

    def says_not(self, *fragments: str) -> Self:
        for fragment in fragments:
            assert fragment not in self.reply.text, f"{fragment!r} is on the page:\n{self.reply.text}"
        return self

    def ends(self) -> Self:
        assert self.reply.ends, f"the session goes on:\n{self.reply.text}"
        return self

    def goes_on(self) -> Self:
        assert not self.reply.ends, f"the session is over:\n{self.reply.text}"
        return self

    def hop(self) -> Hop:
        """The last hop, to be delivered any way a test likes."""
        return Hop(
            channel=Channel.USSD, service=SERVICE, session=self.session, caller=self.number, text=self.transcript
        )

    async def _hop(self, did: str) -> Self:
        self.reply = await self.runner.take(self.hop())
        self.pages.append((did, self.reply))
        assert is_gsm(self.reply.text), self.reply.text
        assert septets(self.reply.text) <= 160, self.reply.text
        return self
