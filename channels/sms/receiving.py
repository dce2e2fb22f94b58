"""Inbound SMS: kept in the history once, and answered once where it was written to a short code of ours.

A message is kept as waiting before anything is done about it and moved on when its answer is queued, so that one which
the provider repeats after a crash is answered then, and any other repeat does nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from channels.sms.africastalking import PROVIDER
from channels.sms.conversation import SmsConversation, Written
from channels.sms.inbound import InboundSms
from channels.sms.replying import SmsReply, queue_reply
from channels.sms.segments import parts_of
from conversations.engine.screens import BACK, HOME
from conversations.texting_words import TextingWords
from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.messages import MessageRecord
from core.records.borrower import Channel

AN_HOUR_MAX: Final = 40
"""What is answered to one number in an hour. Two machines that answer each other are silent after it."""

RECEIVED: Final = "received"
_WAITING: Final = "waiting"
_RECENT: Final = 3 * AN_HOUR_MAX
_MAY_BE_SECRET: Final = re.compile(r"\D*\d{4,8}\D*")
"""As long as a PIN or a one-time code: an amount is hidden too, which costs the history nothing."""
_HIDDEN: Final = "****"

log = structlog.get_logger(__name__)


class SmsInbox:
    """Takes inbound messages. Without a conversation they are kept and never answered."""

    def __init__(self, engine: Engine, conversation: SmsConversation | None = None) -> None:
        self._engine = engine
        self._conversation = conversation
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, sms: InboundSms) -> None:
        """Keep a message, and queue its answer. Raises `ChannelPlaneDown`, `DistrictDown`: it must be sent again."""
        try:
            sender = PhoneNumber.parse(sms.sender)
        except InvalidInput:
            log.info("inbound_sms_not_from_lesotho")
            return
        caller = self._engine.keyed_hash.phone(sender)
        entry = await self._engine.channel.directory.phone(caller)
        text = self._conversation.text_for_us(sms.service, sms.text) if self._conversation is not None else None
        if self._conversation is None or text is None:
            await self._engine.channel.messages.add(self._record(sms, caller, entry, sms.text, RECEIVED))
            return
        # One after the other: of two answers for one turn only one would count, and the borrower meant both.
        async with self._one_at_a_time(caller):
            await self._converse(self._conversation, replace(sms, text=text), sender, entry)

    def _one_at_a_time(self, caller: bytes) -> AbstractAsyncContextManager[None]:
        lock = self._locks.get(caller)
        if lock is None:
            lock = self._locks[caller] = asyncio.Lock()
        return lock

    async def _converse(
        self, conversation: SmsConversation, sms: InboundSms, sender: PhoneNumber, entry: PhoneEntry | None
    ) -> None:
        caller = self._engine.keyed_hash.phone(sender)
        messages = self._engine.channel.messages
        recent = await messages.of_caller(caller, _RECENT)
        if await self._is_settled(sms, recent):
            return
        session = await conversation.sessions.current(caller, sms.service, sms.provider_id)
        hides = session is not None and conversation.is_at_pin(session) and sms.text not in {BACK, HOME}
        kept = _HIDDEN if hides or _MAY_BE_SECRET.fullmatch(sms.text) else sms.text
        await messages.add(self._record(sms, caller, entry, kept, _WAITING))
        if session is not None:
            written = Written(
                sender=sender,
                caller=caller,
                entry=entry,
                short_code=sms.service,
                input_id=sms.provider_id,
                text=sms.text,
                session=session,
            )
            text = await self._answer(conversation, written, self._in_the_last_hour(recent, self._id(sms)))
            if text is not None:
                reply = SmsReply(self._id(sms), sender, text, sms.service, conversation.language(written))
                await queue_reply(self._engine, reply, entry)
        await messages.deliver(PROVIDER, sms.provider_id, RECEIVED, "", self._engine.clock.now())

    async def _is_settled(self, sms: InboundSms, recent: Sequence[MessageRecord]) -> bool:
        """Whether this very message was answered before. One that is known but not recent was, long ago."""
        known = next((message for message in recent if message.id == self._id(sms)), None)
        if known is not None:
            return known.state != _WAITING
        # Moving a message to where every message begins moves none: it only tells whether there is one.
        return await self._engine.channel.messages.deliver(
            PROVIDER, sms.provider_id, _WAITING, "", self._engine.clock.now()
        )

    async def _answer(self, conversation: SmsConversation, written: Written, earlier: int) -> str | None:
        if earlier < AN_HOUR_MAX:
            return await conversation.answer(written)
        log.warning("inbound_sms_too_many", earlier=earlier)
        return conversation.say(written, TextingWords.TOO_MANY) if earlier == AN_HOUR_MAX else None

    def _in_the_last_hour(self, recent: Sequence[MessageRecord], own: UUID) -> int:
        since = self._engine.clock.now() - timedelta(hours=1)
        return sum(each.direction == "in" and each.created_at > since and each.id != own for each in recent)

    def _id(self, sms: InboundSms) -> UUID:
        """A repeat has the same id: it is made from the provider's."""
        digest = self._engine.keyed_hash.digest("inbound-sms", f"{PROVIDER}:{sms.provider_id}".encode())
        return UUID(bytes=digest[:16], version=4)

    def _record(self, sms: InboundSms, caller: bytes, entry: PhoneEntry | None, text: str, state: str) -> MessageRecord:
        return MessageRecord(
            id=self._id(sms),
            caller=caller,
            borrower_id=entry.borrower_id if entry else None,
            district=entry.district if entry else "",
            mfi_id=None,
            channel=Channel.SMS.value,
            direction="in",
            kind="inbound",
            text=text,
            parts=parts_of(sms.text),
            state=state,
            created_at=self._engine.clock.now(),
            provider=PROVIDER,
            provider_id=sms.provider_id,
        )
