"""Unlinking the chat of a number, from the chat itself or from the phone; and noting that a chat cannot be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.chats import ChatLink
from core.ports.engine import Engine
from core.records.borrower import Language
from core.records.message import MessageKind
from core.use_cases.linking import tell_by_sms

_WRITE_TRIES: Final = 4


async def is_linked(engine: Engine, phone: PhoneNumber) -> bool:
    """Whether a chat counts as this number."""
    link = await engine.channel.chats.link(engine.keyed_hash.phone(phone))
    return link is not None and bool(link.chat)


async def unlink_telegram(engine: Engine, phone: PhoneNumber, language: Language) -> bool:
    """Let no chat count as this number any more, and tell the number; False when none did.

    Doing it again changes and tells nothing. Raises `DistrictDown` (nothing was changed), `Conflict`.
    """
    caller = engine.keyed_hash.phone(phone)
    for _ in range(_WRITE_TRIES):
        link = await engine.channel.chats.link(caller)
        if link is None or not link.chat:
            return False
        key = f"chat_unlinked:{link.chat.hex()}:{link.version}"
        await tell_by_sms(engine, MessageKind.CHAT_UNLINKED, phone, language, key=key)
        if await engine.channel.chats.save_link(replace(link, chat=b"", address=b"")):
            return True
    raise Conflict("the number's chat was changed from several places at once")


async def cut_chat(engine: Engine, phone: PhoneNumber) -> None:
    """Let no chat count as this number any more, and tell nobody: its SIM hears of the cause itself.

    Raises `Conflict`.
    """
    chats, caller = engine.channel.chats, engine.keyed_hash.phone(phone)
    for _ in range(_WRITE_TRIES):
        link = await chats.link(caller)
        if link is None or not link.chat or await chats.save_link(replace(link, chat=b"", address=b"")):
            return
    raise Conflict("the number's chat was changed from several places at once")


async def note_reachable(engine: Engine, link: ChatLink, *, is_reachable: bool) -> None:
    """Keep whether a chat takes messages. What somebody else noted meanwhile stands."""
    if link.chat and link.is_reachable is not is_reachable:
        await engine.channel.chats.save_link(replace(link, is_reachable=is_reachable))
