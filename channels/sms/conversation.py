"""The borrower's conversation by SMS: what an inbound text means, and what it is answered with.

A PIN is neither asked for nor read: at a screen that wants one the answer says what to dial, and the form waits there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from channels.sms.codes import ShortCode, code_written_to
from channels.sms.keywords import CHOICES, Keyword, keyword_of
from channels.sms.sessions import SmsSession, SmsSessions
from conversations.engine import Machine, Notice, PinQuestion, Question, Text
from conversations.engine.screens import BACK, HOME
from conversations.texting_words import TextingWords
from conversations.texts import Texts
from conversations.turns import Dialect, Hop, Reply
from conversations.turns.transcripts import is_same_input
from core.gsm0338 import fold
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.records.borrower import Channel
from core.use_cases.preferring import change_reminders

_OVER: Final = frozenset({Notice.TAKEN_OVER, Notice.DIAL_AGAIN})
"""What a session says that does not go on. By SMS nobody dials: the text opens the next session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An inbound text: who wrote it, to which short code, in which session. `input_id` is the provider's name of it."""

    sender: PhoneNumber
    caller: bytes
    entry: PhoneEntry | None
    short_code: str
    input_id: str
    text: str = field(repr=False)
    session: SmsSession


class SmsConversation:
    """Answers inbound texts. `service_code` is what every answer says to dial."""

    def __init__(
        self,
        engine: Engine,
        take: Callable[[Hop], Awaitable[Reply]],
        machine: Machine,
        texts: Texts,
        *,
        short_codes: Sequence[ShortCode],
        service_code: str,
    ) -> None:
        self._engine = engine
        self._take = take
        self._machine = machine
        self._texts = texts
        self._short_codes = tuple(short_codes)
        self._service_code = service_code
        self.sessions = SmsSessions(engine)

    def text_for_us(self, short_code: str, text: str) -> str | None:
        """What was written to a code of ours; None for another code, or somebody else's text on a shared one."""
        code = code_written_to(self._short_codes, short_code)
        return code.text_for_us(text) if code is not None else None

    def is_at_pin(self, session: SmsSession) -> bool:
        """Whether the session waits for a PIN, which is typed elsewhere."""
        return isinstance(self._screen(session), PinQuestion)

    async def answer(self, written: Written) -> str | None:
        """The answer to a text; None when the day has had too many. Raises `DistrictDown`, `ChannelPlaneDown`."""
        turn = written.session.turn
        if turn is not None and is_same_input(written.input_id, turn, self._engine.keyed_hash):
            return (await self._turn(written, written.session, written.text)).text
        keyword = self._keyword(written)
        if keyword is not None:
            return await self._answer_keyword(written, keyword)
        if turn is not None and self.is_at_pin(written.session) and written.text not in {BACK, HOME}:
            return turn.reply
        return await self._go_on(written)

    def say(self, written: Written, words: TextingWords) -> str:
        """One of the texts that are no screen, in the writer's language."""
        text = Text(words, {"service_code": self._service_code})
        return fold(self._texts.say(self.language(written), text))

    def language(self, written: Written) -> str:
        """The writer's language; of a new number the one that it has chosen in the session."""
        if written.entry is not None:
            return written.entry.language
        turn = written.session.turn
        return str(turn.state.get("language", "")) if turn is not None else self._machine.languages[0]

    def _keyword(self, written: Written) -> Keyword | None:
        """The keyword, where it cannot be an answer: Thuso is a name too. STOP is one everywhere."""
        keyword = keyword_of(written.text)
        may_be_answer = isinstance(self._screen(written.session), Question)
        return keyword if keyword is Keyword.STOP or not may_be_answer else None

    async def _answer_keyword(self, written: Written, keyword: Keyword) -> str | None:
        match keyword:
            case Keyword.HELP:
                return self.say(written, TextingWords.HELP)
            case Keyword.STOP if written.entry is None:
                return self.say(written, TextingWords.NO_REMINDERS)
            case Keyword.STOP | Keyword.START if written.entry is not None:
                wanted = keyword is Keyword.START
                await change_reminders(self._engine, written.sender, wanted=wanted)
                return self.say(written, TextingWords.STARTED if wanted else TextingWords.STOPPED)
            case _:
                choices = CHOICES.get(keyword, "") if written.entry is not None else ""
                return await self._begin_anew(written, choices)

    async def _go_on(self, written: Written) -> str | None:
        """The next turn. A text that opens a session is not read: it may answer a screen that is long forgotten."""
        text = written.text if written.session.turn is not None else ""
        reply = await self._turn(written, written.session, text)
        return await self._begin_anew(written, "") if reply.notice in _OVER else reply.text

    async def _begin_anew(self, written: Written, choices: str) -> str | None:
        session: SmsSession | None = written.session
        if written.session.turn is not None:
            session = await self.sessions.after(written.caller, written.short_code, written.session)
        return (await self._turn(written, session, choices)).text if session is not None else None

    async def _turn(self, written: Written, session: SmsSession, text: str) -> Reply:
        return await self._take(
            Hop(
                channel=Channel.SMS,
                service=written.short_code,
                session=session.id,
                caller=written.sender,
                text=text,
                dialect=Dialect.PER_HOP,
                input_id=written.input_id,
            )
        )

    def _screen(self, session: SmsSession) -> object:
        turn = session.turn
        return None if turn is None or turn.ended else self._machine.screens.get(turn.screen)
