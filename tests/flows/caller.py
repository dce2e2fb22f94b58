"""A borrower on the real machine, over any channel: hops through the turn runner, the real engine and database behind.

One script is played over all channels. What differs between them is told here and nowhere else:

* `98` (more) and `PAGE_BACK` are pressed only where the channel broke the screen into pages;
* where SMS comes to a PIN it says to dial, so the caller dials, comes to the same screen by USSD, and goes on there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final, Self

from channels.sms.rendering import SCREEN_PARTS_MAX
from channels.sms.segments import parts_of
from channels.telegram.screens import TEXT_CHARACTERS_MAX, Press, TelegramScreen, callback_data
from conversations.engine import PinQuestion
from conversations.engine.screens import BACK, MORE
from conversations.flows import BORROWER
from conversations.turns import Dialect, Hop, Reply, TurnRunner
from conversations.turns.keeping import DRAFT_DAYS
from core.gsm0338 import is_gsm, septets
from core.phones import PhoneNumber
from core.records.borrower import Channel
from tests.fixtures_postgres import MovableClock

SERVICE: Final = "*384*555#"
SERVICES: Final = {Channel.USSD: SERVICE, Channel.SMS: "32555", Channel.TELEGRAM: "letsema_bot"}
PAGE_BACK: Final = "(page back)"
"""In a script: back to the page before, on a channel that has one."""

AGAIN: Final = "(again)"
LATER: Final = "(when unfinished forms have expired)"
BEGINNINGS: Final = {Channel.USSD: "dials", Channel.SMS: "texts", Channel.TELEGRAM: "opens the chat"}

_RESUME: Final = "start.resume"
_CONTINUE: Final = "1"
_PAGE_SEPTETS_MAX: Final = 160
_sessions = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """One page of a conversation: what was done, over which channel, and what came back."""

    did: str
    channel: Channel
    reply: Reply


@dataclass
class Caller:
    """One SIM. Every page that it is shown must be one that the channel can show."""

    runner: TurnRunner
    number: PhoneNumber
    channel: Channel = Channel.USSD
    session: str = ""
    transcript: str = ""
    reply: Reply = field(default_factory=lambda: Reply(text="", ends=True))
    seen: list[Seen] = field(default_factory=list)
    over: Channel = Channel.USSD
    """The channel of the session under way."""
    _page: int = 0
    _typed: list[str] = field(default_factory=list)
    _input: int = 0

    @property
    def pages(self) -> list[tuple[str, Reply]]:
        """What was done and what came back, in order."""
        return [(page.did, page.reply) for page in self.seen]

    async def dials(self, suffix: str = "") -> Self:
        """Begin a session. The one before simply stops, as sessions do."""
        return await self._begins(self.channel, suffix)

    async def dials_later(self, clock: MovableClock) -> Self:
        """Begin a session when every unfinished form has expired."""
        clock.move(days=DRAFT_DAYS, minutes=1)
        return await self._begins(self.channel, said=LATER)

    async def types(self, *typed: str) -> Self:
        """Answer, once for each text."""
        for text in typed:
            assert not self.reply.ends, f"the session is over:\n{self.reply.text}"
            if (text == MORE and not self._offers_more()) or (text == PAGE_BACK and not self._page):
                continue
            await self._answers(BACK if text == PAGE_BACK else text)
        return self

    async def repeats(self) -> Self:
        """The network delivers the last hop once more."""
        return await self._hop(AGAIN)

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
        is_cumulative = self.over is Channel.USSD
        return Hop(
            channel=self.over,
            service=SERVICES[self.over],
            session=self.session,
            caller=self.number,
            text=self.transcript if is_cumulative else (self._typed[-1] if self._typed else ""),
            dialect=Dialect.CUMULATIVE if is_cumulative else Dialect.PER_HOP,
            input_id="" if is_cumulative else f"{self.session}:{self._input}",
        )

    async def _begins(self, channel: Channel, suffix: str = "", said: str = "") -> Self:
        self.over = channel
        self.session, self.transcript, self._typed, self._page = f"session-{next(_sessions)}", suffix, [], 0
        return await self._hop(f"{BEGINNINGS[channel]} {suffix or said}".strip())

    async def _answers(self, text: str) -> Self:
        if self.over is Channel.SMS and self._is_at_a_pin() and text != BACK:
            await self._dials_for_the_pin()
        before = self.reply.screen
        self.transcript = f"{self.transcript}*{text}" if self.transcript else text
        self._typed.append(text)
        await self._hop(text)
        step = {MORE: 1, BACK: -1}.get(text, 0)
        self._page = max(self._page + step, 0) if self.reply.screen == before else 0
        return self

    async def _dials_for_the_pin(self) -> None:
        """Come to the screen for the PIN by USSD: the form waits there; without a form, the same answers lead there."""
        wanted, answers = self.reply.screen, list(self._typed)
        await self._begins(Channel.USSD)
        if self.reply.screen == _RESUME:
            await self.types(_CONTINUE)
        else:
            await self.types(*answers)
        self.shows(wanted)

    def _is_at_a_pin(self) -> bool:
        return isinstance(BORROWER.screens.get(self.reply.screen), PinQuestion)

    def _offers_more(self) -> bool:
        if self.over is Channel.TELEGRAM:
            rows = TelegramScreen.from_json(self.reply.text).rows
            return any(button.key == MORE for row in rows for button in row)
        return f"\n{MORE} " in f"\n{self.reply.text}"

    async def _hop(self, did: str) -> Self:
        self._input += did != AGAIN
        self.reply = await self.runner.take(self.hop())
        self.seen.append(Seen(did, self.over, self.reply))
        assert_fits(self.reply, self.over)
        return self


def assert_fits(reply: Reply, channel: Channel) -> None:
    """A page that the channel can carry: letters, length, and what a button brings back."""
    if channel is Channel.TELEGRAM:
        screen = TelegramScreen.from_json(reply.text)
        assert 0 < len(screen.text) <= TEXT_CHARACTERS_MAX
        for button in (button for row in screen.rows for button in row):
            assert callback_data(Press("s" * 22, reply.turn, button.key))
        return
    assert is_gsm(reply.text), reply.text
    if channel is Channel.SMS:
        assert parts_of(reply.text) <= SCREEN_PARTS_MAX, reply.text
        assert SERVICE in reply.text, f"an SMS says what to dial:\n{reply.text}"
    else:
        assert septets(reply.text) <= _PAGE_SEPTETS_MAX, reply.text
