"""Messages of the outbox to a chat: where the borrower's number has one, and it takes messages.

Telegram has no key that makes a send idempotent, so what may have arrived is never sent there again: it goes by SMS,
which is where everything goes that a chat did not take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

import structlog

from channels.telegram.sending import PROVIDER, TelegramFailure, TelegramSender
from channels.telegram.talking import address_context
from core.ports.chats import ChatLink
from core.ports.engine import Engine
from core.ports.messages import MessageRecord
from core.ports.work import OutboxRow
from core.records.borrower import Channel, Language
from core.use_cases.unlinking import note_reachable

_WAITING: Final = "waiting"
_SENT: Final = "sent"
_FAILED: Final = "failed"
_IN_DOUBT: Final = "in_doubt"
_RETRY_AFTER: Final = "retry_after"
_NOTED: Final = UUID("6d1d5c0e-8a3f-4a55-9d0b-5b6f0f7a2f11")
"""Makes the id of a message's record in the chat from that of its row: the SMS of the same row has the row's own."""

log = structlog.get_logger(__name__)


class ByChat(StrEnum):
    """What came of a chat: `NOT_NOW` may be tried again there, everything but `SENT` goes by SMS."""

    SENT = "sent"
    NOT_NOW = "not_now"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class SentByChat:
    """What came of it, and in how many seconds the chat's provider wants to hear of it again."""

    result: ByChat
    wait_seconds: float | None = None


_NOT_TAKEN: Final = SentByChat(ByChat.NOT_TAKEN)


@dataclass(frozen=True, slots=True)
class ChatDispatch:
    """Sends a row's message to the chat of a number. `word`: from a row to its text, in the letters of a language."""

    engine: Engine
    sender: TelegramSender
    word: Callable[[OutboxRow, Language], str]

    async def send(self, row: OutboxRow, record: MessageRecord, language: Language) -> SentByChat:
        """Send a row's message, unless it was sent; `record` is that of its SMS. Raises `ChannelPlaneDown`."""
        link = await self.engine.channel.chats.link(record.caller)
        if link is None or not link.chat or not link.is_reachable:
            return _NOT_TAKEN
        noted = replace(record, id=uuid5(_NOTED, str(row.id)), channel=Channel.TELEGRAM.value, state=_WAITING, parts=1)
        earlier = await self._earlier(noted)
        if earlier is not None and earlier.failure != _RETRY_AFTER:
            return await self._begun_before(earlier)
        return await self._send(replace(noted, text=self.word(row, language)), link)

    async def _earlier(self, noted: MessageRecord) -> MessageRecord | None:
        recent = await self.engine.channel.messages.of_caller(noted.caller, 20)
        return next((message for message in recent if message.id == noted.id), None)

    async def _begun_before(self, earlier: MessageRecord) -> SentByChat:
        """Sent, refused, or begun by a process that died: then nobody knows, and SMS makes sure."""
        if earlier.provider_id:
            return SentByChat(ByChat.SENT)
        if earlier.state == _WAITING:
            await self.engine.channel.messages.add(replace(earlier, state=_IN_DOUBT, failure="interrupted"))
        return _NOT_TAKEN

    async def _send(self, noted: MessageRecord, link: ChatLink) -> SentByChat:
        messages = self.engine.channel.messages
        chat_id = int(self.engine.sealer.open(link.address, address_context(link.caller)))
        await messages.add(noted)
        try:
            number = await self.sender.send_text(chat_id, noted.text)
        except TelegramFailure as failure:
            log.warning("chat_message_not_sent", code=failure.code, kind=noted.kind, alarm=failure.needs_operator)
            await messages.add(replace(noted, state=_state_after(failure), failure=failure.code))
            if failure.is_blocked:
                await note_reachable(self.engine, link, is_reachable=False)
            is_later = failure.wait_seconds is not None
            return SentByChat(ByChat.NOT_NOW, failure.wait_seconds) if is_later else _NOT_TAKEN
        provider_id = f"{link.chat.hex()[:16]}:{number}"
        await messages.add(replace(noted, state=_SENT, provider=PROVIDER, provider_id=provider_id))
        return SentByChat(ByChat.SENT)


def _state_after(failure: TelegramFailure) -> str:
    if failure.wait_seconds is not None:
        return _WAITING
    return _IN_DOUBT if failure.may_have_been_sent else _FAILED
