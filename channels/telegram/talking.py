"""What a chat is answered: first the linking to a number, then the conversation of that number.

Decides and sends nothing: an answer is the chat as it is to be saved, and what is to be sent in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from channels.telegram.screens import Press, TelegramScreen, read_callback
from channels.telegram.sending import START_SESSION
from channels.telegram.updates import Incoming, IncomingKind
from conversations.chat_words import ChatWords
from conversations.engine import Text, Value
from conversations.texts import Texts
from conversations.turns import Dialect, Hop, Reply
from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.chats import Chat
from core.ports.engine import Engine
from core.records.borrower import Channel, Language
from core.use_cases.linking import CODE_DIGITS, CodeSending, LinkOutcome, ask_for_code, linked_number, try_code
from core.use_cases.unlinking import note_reachable, unlink_telegram

SESSION_HOURS: Final = 20
"""A chat's conversation begins anew after so long: well before its turn is forgotten."""

_START: Final = "/start"
_STOP: Final = "/stop"
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence beside the screens; `shares`: with the button that shares the person's number."""

    text: str
    share_button: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    """A screen of the conversation."""

    screen: TelegramScreen
    session: str
    turn: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The chat as it is to be saved, what to send, and what a pressed button's owner is told (None: nobody pressed).

    `clears_buttons`: those of the message that was pressed.
    """

    chat: Chat
    sends: tuple[Say | Show, ...] = ()
    alert: str = ""
    clears_buttons: bool = False


Take = Callable[[Hop], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Answers updates. `bot` is the bot's own number: the service that a chat's conversation is with."""

    engine: Engine
    take: Take
    texts: Texts
    bot: str
    service_code: str

    async def answer(self, chat: Chat, came: Incoming) -> Answer:
        """Answer one update. The same again gives the same. Raises `DistrictDown`, `ChannelPlaneDown`."""
        chat = chat if chat.language else replace(chat, language=_language_of(came))
        if came.kind in {IncomingKind.BLOCKED, IncomingKind.UNBLOCKED}:
            return await self._membership(chat, is_reachable=came.kind is IncomingKind.UNBLOCKED)
        phone = await linked_number(self.engine, chat)
        if phone is None:
            # Also a chat that the phone has unlinked meanwhile: whatever it stood at is over.
            chat = replace(chat, session="", turn=0, session_until=None, awaits_secret=False)
        else:
            chat = replace(chat, language=await self._language(chat))
        match came.kind:
            case IncomingKind.CONTACT:
                return await self._contact(chat, came, phone)
            case IncomingKind.PRESS:
                return await self._press(chat, came, phone)
            case _ if phone is None:
                return await self._unlinked(chat, came)
            case IncomingKind.TEXT:
                return await self._text(chat, came, phone)
            case _:
                return Answer(chat, (self._say(chat, ChatWords.ONLY_TEXT),))

    async def _language(self, chat: Chat) -> str:
        """The borrower's own, once there is a borrower."""
        entry = await self.engine.channel.directory.phone(chat.caller)
        return entry.language if entry is not None else chat.language

    # --- linking ---

    async def _unlinked(self, chat: Chat, came: Incoming) -> Answer:
        """Before a number is linked: the code that was sent, or the way to it."""
        if came.text.strip() == _STOP:
            return Answer(_without_number(chat), (self._say(chat, ChatWords.UNLINKED),))
        if came.kind is not IncomingKind.TEXT or not chat.code_digest or came.text.startswith("/"):
            return Answer(chat, (self._asking(chat, ChatWords.WELCOME),))
        if came.is_withheld:
            return Answer(chat, (self._say(chat, ChatWords.SEND_AGAIN),))
        return await self._code(chat, came)

    async def _code(self, chat: Chat, came: Incoming) -> Answer:
        typed = "".join(came.text.split())[: CODE_DIGITS + 1]
        address = self.engine.sealer.seal(str(came.chat_id).encode(), address_context(chat.caller))
        tried = await try_code(self.engine, chat, typed, address, str(came.update_id))
        match tried.outcome:
            case LinkOutcome.LINKED:
                phone = await linked_number(self.engine, tried.chat)
                if phone is not None:
                    begun = await self._begin(tried.chat, came, phone)
                    linked = self._say(chat, ChatWords.LINKED, phone_masked=phone.masked)
                    return replace(begun, sends=(linked, *begun.sends))
                return Answer(tried.chat, (self._asking(chat, ChatWords.WELCOME),))
            case LinkOutcome.WRONG:
                wrong = self._say(chat, ChatWords.WRONG_CODE, tries_left=tried.tries_left)
                return Answer(tried.chat, (wrong,))
            case LinkOutcome.OVER:
                return Answer(tried.chat, (self._asking(chat, ChatWords.CODE_OVER),))

    async def _contact(self, chat: Chat, came: Incoming, linked: PhoneNumber | None) -> Answer:
        """A shared number. A card without an owner, or with another, is somebody else's."""
        if came.phone_owner != came.user_id:
            return Answer(chat, (self._asking(chat, ChatWords.NOT_YOUR_CONTACT),))
        try:
            phone = PhoneNumber.parse(came.phone)
        except InvalidInput:
            return Answer(chat, (self._say(chat, ChatWords.NOT_OURS),))
        if phone == linked:
            return await self._begin(chat, came, phone)
        if linked is not None:
            await unlink_telegram(self.engine, linked, Language(chat.language))
        asked = await ask_for_code(self.engine, chat, phone, Language(chat.language), str(came.update_id))
        chat = replace(asked.chat, session="", turn=0, awaits_secret=False)
        if asked.sending is CodeSending.TOO_MANY:
            return Answer(chat, (self._say(chat, ChatWords.TOO_MANY_CODES, service_code=self.service_code),))
        return Answer(chat, (self._say(chat, ChatWords.CODE_SENT, phone_masked=phone.masked),))

    async def _membership(self, chat: Chat, *, is_reachable: bool) -> Answer:
        """Blocked by the person, or welcome again: what is told them meanwhile goes by SMS."""
        link = await self.engine.channel.chats.link(chat.caller) if chat.caller else None
        if link is not None and link.chat == chat.key:
            await note_reachable(self.engine, link, is_reachable=is_reachable)
        return Answer(chat)

    # --- the conversation ---

    async def _text(self, chat: Chat, came: Incoming, phone: PhoneNumber) -> Answer:
        text = came.text.strip()
        if text == _STOP:
            await unlink_telegram(self.engine, phone, Language(chat.language))
            return Answer(_without_number(chat), (self._say(chat, ChatWords.UNLINKED),))
        if text.split(" ")[0] == _START or not self._is_under_way(chat):
            return await self._begin(chat, came, phone)
        # A text that was withheld and is gone answers nothing: an answer to turn 0 is always stale.
        reply = await self.take(self._hop(chat, came, phone, text=came.text, seen_turn=0 if came.is_withheld else None))
        answer = self._shown(chat, chat.session, reply)
        if reply.is_stale:
            return replace(answer, sends=(self._say(chat, ChatWords.SEND_AGAIN), *answer.sends))
        return answer

    async def _press(self, chat: Chat, came: Incoming, phone: PhoneNumber | None) -> Answer:
        press = read_callback(came.data)
        if phone is None or press is None:
            return self._old_button(chat)
        if press.session == START_SESSION:
            return replace(await self._begin(chat, came, phone), clears_buttons=True)
        if press.session != chat.session or not self._is_under_way(chat):
            return self._old_button(chat)
        return await self._pressed(chat, came, phone, press)

    async def _pressed(self, chat: Chat, came: Incoming, phone: PhoneNumber, press: Press) -> Answer:
        reply = await self.take(self._hop(chat, came, phone, text=press.key, seen_turn=press.turn))
        if reply.is_stale:
            return self._old_button(chat)
        return replace(self._shown(chat, chat.session, reply), clears_buttons=True)

    async def _begin(self, chat: Chat, came: Incoming, phone: PhoneNumber) -> Answer:
        """A conversation, named by the update that began it: the same update again begins the same one."""
        begun = replace(chat, session=str(came.update_id), turn=0)
        reply = await self.take(replace(self._hop(begun, came, phone, text="", seen_turn=None), is_new=True))
        return self._shown(begun, begun.session, reply)

    def _hop(self, chat: Chat, came: Incoming, phone: PhoneNumber, *, text: str, seen_turn: int | None) -> Hop:
        return Hop(
            channel=Channel.TELEGRAM,
            service=self.bot,
            session=chat.session,
            caller=phone,
            text=text,
            dialect=Dialect.PER_HOP,
            input_id=str(came.update_id),
            seen_turn=seen_turn,
        )

    def _shown(self, chat: Chat, session: str, reply: Reply) -> Answer:
        screen = TelegramScreen.from_json(reply.text)
        until = self.engine.clock.now() + timedelta(hours=SESSION_HOURS)
        following = replace(
            chat,
            session="" if reply.ends else session,
            turn=0 if reply.ends else reply.turn,
            session_until=None if reply.ends else until,
            awaits_secret=screen.is_secret and not reply.ends,
        )
        return Answer(following, (Show(screen, START_SESSION if reply.ends else session, reply.turn),))

    def _is_under_way(self, chat: Chat) -> bool:
        return bool(chat.session) and chat.session_until is not None and self.engine.clock.now() < chat.session_until

    # --- words ---

    def _old_button(self, chat: Chat) -> Answer:
        return Answer(chat, alert=self._say(chat, ChatWords.OLD_BUTTON).text, clears_buttons=True)

    def _asking(self, chat: Chat, words: ChatWords) -> Say:
        return Say(self._say(chat, words).text, self._say(chat, ChatWords.SHARE_BUTTON).text)

    def _say(self, chat: Chat, words: ChatWords, **values: Value) -> Say:
        return Say(self.texts.say(chat.language, Text(words.value, values)))

    def not_now(self, chat: Chat) -> Say:
        """What is said when a plane that is needed does not answer."""
        return self._say(chat if chat.language else replace(chat, language=Language.SESOTHO), ChatWords.NOT_NOW)


def _without_number(chat: Chat) -> Chat:
    """A chat that says nothing of whose it is; how many codes it asked for today is kept."""
    gone = replace(chat, caller=b"", phone=b"", session="", turn=0, session_until=None, awaits_secret=False)
    return replace(gone, code_digest=b"", code_until=None, code_tries=0)


def address_context(caller: bytes) -> str:
    """What the address of a number's chat is sealed for."""
    return f"chat-link:{caller.hex()}:address"


def _language_of(came: Incoming) -> str:
    """Until a borrower has chosen: English for those whose Telegram speaks it, Sesotho for everybody else."""
    is_english = came.language.lower().partition("-")[0] == _ENGLISH
    return Language.ENGLISH.value if is_english else Language.SESOTHO.value
