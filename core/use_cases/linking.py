"""Linking a chat to a phone number: a one-time code by SMS proves that whoever writes in the chat also holds the SIM.

A chat then counts as its number on every channel, so the number is told, and the newest link is the only one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.chats import Chat, ChatLink
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.borrower import Language
from core.records.message import MessageKind
from core.use_cases.messages import CODE_CONTEXT, tell_number

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 10
CODE_TRIES: Final = 3
CODES_A_DAY: Final = 5
"""With three tries each: fifteen guesses a day at a million codes."""

_WRITE_TRIES: Final = 4


class CodeSending(StrEnum):
    """What came of asking for a code."""

    SENT = "sent"
    TOO_MANY = "too_many"


class LinkOutcome(StrEnum):
    """What came of typing a code. `OVER`: it is spent, too old, or was tried too often; a new one must be asked for."""

    LINKED = "linked"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """The chat as it must be saved, and whether a code goes out."""

    chat: Chat
    sending: CodeSending


@dataclass(frozen=True, slots=True)
class CodeTried:
    """The chat as it must be saved, what came of the code, and how many tries this code still has."""

    chat: Chat
    outcome: LinkOutcome
    tries_left: int = 0


async def ask_for_code(engine: Engine, chat: Chat, phone: PhoneNumber, language: Language, attempt: str) -> CodeAsked:
    """Send a code to the number that a chat says it has. Nothing is linked yet; the caller saves the chat.

    `attempt` names the asking (an update's number): the same again sends no second code, and it is the same code.
    Raises `DistrictDown` when no district can queue the SMS.
    """
    now = engine.clock.now()
    chat = _day_of_codes(chat, now)
    if chat.codes_sent >= CODES_A_DAY:
        return CodeAsked(chat, CodeSending.TOO_MANY)
    code, until = _code(engine, chat, attempt), now + timedelta(minutes=CODE_MINUTES)
    sealed = engine.sealer.seal(code.encode(), CODE_CONTEXT).hex()
    key = f"link_code:{chat.key.hex()}:{attempt}"
    await tell_by_sms(engine, MessageKind.LINK_CODE, phone, language, key=key, code=sealed, expires_at=until)
    return CodeAsked(
        replace(
            chat,
            caller=engine.keyed_hash.phone(phone),
            phone=engine.sealer.seal(phone.e164.encode(), phone_context(chat.key)),
            language=language.value,
            code_digest=_code_digest(engine, chat, code),
            code_until=until,
            code_tries=0,
            codes_sent=chat.codes_sent + 1,
        ),
        CodeSending.SENT,
    )


async def try_code(engine: Engine, chat: Chat, code: str, address: bytes, attempt: str) -> CodeTried:
    """Link the chat to the number that its code was sent to, if this is that code. The caller saves the chat.

    address: where the chat is written to, sealed. Raises `DistrictDown` when the number cannot be told, `Conflict`.
    """
    now = engine.clock.now()
    if not chat.code_digest or chat.code_until is None or now >= chat.code_until or chat.code_tries >= CODE_TRIES:
        return CodeTried(_without_code(chat), LinkOutcome.OVER)
    if not hmac.compare_digest(_code_digest(engine, chat, code), chat.code_digest):
        tries_left = CODE_TRIES - chat.code_tries - 1
        if not tries_left:
            return CodeTried(_without_code(chat), LinkOutcome.OVER)
        return CodeTried(replace(chat, code_tries=chat.code_tries + 1), LinkOutcome.WRONG, tries_left)
    key = f"chat_linked:{chat.key.hex()}:{attempt}"
    # The notice first: a link that its number does not hear of is what a thief would want.
    await tell_by_sms(engine, MessageKind.CHAT_LINKED, number_of(engine, chat), Language(chat.language), key=key)
    await _write_link(engine, ChatLink(chat.caller, chat.key, address, now))
    return CodeTried(_without_code(chat), LinkOutcome.LINKED)


async def linked_number(engine: Engine, chat: Chat) -> PhoneNumber | None:
    """The number that a chat counts as; None when it is linked to none, or the number to another chat."""
    if not chat.caller or chat.code_digest:
        return None
    link = await engine.channel.chats.link(chat.caller)
    if link is None or link.chat != chat.key:
        return None
    return number_of(engine, chat)


def number_of(engine: Engine, chat: Chat) -> PhoneNumber:
    """The number that a chat says it has."""
    return PhoneNumber.parse(engine.sealer.open(chat.phone, phone_context(chat.key)).decode())


def phone_context(chat_key: bytes) -> str:
    """What a chat's number is sealed for."""
    return f"chat:{chat_key.hex()}:phone"


async def tell_by_sms(
    engine: Engine, kind: MessageKind, phone: PhoneNumber, language: Language, *, key: str, **figures: object
) -> None:
    """Queue an SMS to a number, in the first of its possible districts that answers. Raises `DistrictDown`."""
    entry = await engine.channel.directory.phone(engine.keyed_hash.phone(phone))
    catalogue = await engine.record.catalogue()
    home = entry.district if entry is not None else None
    for district in _home_first(home, sorted(catalogue.districts)):
        try:
            async with engine.record.unit(district) as unit:
                await tell_number(engine, unit, kind, phone, key=key, mfi_id=None, language=language, **figures)
                await unit.commit()
        except DistrictDown:
            continue
        return
    raise DistrictDown


async def _write_link(engine: Engine, link: ChatLink) -> None:
    """Over whatever chat the number had."""
    for _ in range(_WRITE_TRIES):
        stands = await engine.channel.chats.link(link.caller)
        if await engine.channel.chats.save_link(replace(link, version=stands.version if stands else 0)):
            return
    raise Conflict("the number was linked from several chats at once")


def _home_first(home: str | None, districts: list[str]) -> Iterator[str]:
    """Any district can send an SMS to anybody; the borrower's own knows them, so it comes first."""
    if home is not None:
        yield home
    yield from (district for district in districts if district != home)


def _day_of_codes(chat: Chat, now: datetime) -> Chat:
    """Codes are counted from the first of them, for a day."""
    if chat.codes_since is None or now - chat.codes_since >= timedelta(days=1):
        return replace(chat, codes_sent=0, codes_since=now)
    return chat


def _without_code(chat: Chat) -> Chat:
    return replace(chat, code_digest=b"", code_until=None, code_tries=0)


def _code(engine: Engine, chat: Chat, attempt: str) -> str:
    """Made from the key rather than drawn, so that asking again after a crash makes the same one."""
    digest = engine.keyed_hash.digest("link-code", chat.key + attempt.encode())
    return str(int.from_bytes(digest) % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def _code_digest(engine: Engine, chat: Chat, code: str) -> bytes:
    return engine.keyed_hash.digest("link-code-typed", chat.key + code.encode())
