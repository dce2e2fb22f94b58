"""Messages of the outbox: who it is for, in which language, in which words, and out by chat, by SMS, or by both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from channels.dispatch.chats import ByChat, ChatDispatch
from channels.dispatch.pacing import Pace
from channels.dispatch.verdicts import ATTEMPTS_MAX, Done, GiveUp, Later, Verdict, pause_seconds
from channels.dispatch.wording import Worded
from channels.transport import Sent, SmsSender, TransportError
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.messages import MessageRecord
from core.ports.work import OutboxRow
from core.records.borrower import Channel, Language
from core.records.message import ALWAYS_BY_SMS, BY_SMS_ALONE, MessageKind
from core.use_cases.messages import CODE_CONTEXT

SENDING: Final = "sending"
ACCEPTED: Final = "accepted"
_WAITING: Final = "waiting"
_FAILED: Final = "failed"
_RECENT_MESSAGES: Final = 20
_OTHER_UNDER_WAY_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a message goes to."""

    borrower_id: UUID | None
    phone: PhoneNumber
    language: Language


Word = Callable[[OutboxRow, Language], Worded]


class OneAtATime:
    """Never two messages to one number under way, in this process: shared by all that sends SMS."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def __call__(self, caller: bytes) -> AbstractAsyncContextManager[None]:
        lock = self._locks.get(caller)
        if lock is None:
            lock = self._locks[caller] = asyncio.Lock()
        return lock


class MessageDispatch:
    """The handler of topic `message`, and of others whose rows have a number of their own.

    word: from a row's kind and figures to its text in a language. sender_id: what borrowers see as the sender when
    their MFI has none of its own. doubt_seconds: how long a message that was begun, and about which nothing was heard,
    holds back others to the same number; the outbox's lease. chats: where messages go first for a number that has a
    chat; None: the channel is off. Money and safety go by SMS in any case. one_at_a_time: what another dispatch of the
    same process shares with this one; None: there is no other.
    """

    def __init__(
        self,
        engine: Engine,
        sender: SmsSender,
        word: Word,
        pace: Pace,
        *,
        sender_id: str | None,
        doubt_seconds: int,
        chats: ChatDispatch | None = None,
        one_at_a_time: OneAtATime | None = None,
    ) -> None:
        self._engine = engine
        self._sender = sender
        self._word = word
        self._pace = pace
        self._sender_id = sender_id
        self._doubt = timedelta(seconds=doubt_seconds)
        self._chats = chats
        self._one_at_a_time = one_at_a_time or OneAtATime()

    async def __call__(self, row: OutboxRow) -> Verdict:
        """Send the message of a row, unless it was sent. Raises `DistrictDown`, `ChannelPlaneDown`."""
        addressee = await self._addressee(row)
        caller = self._engine.keyed_hash.phone(addressee.phone)
        async with self._one_at_a_time(caller):
            by_chat = await self._by_chat(row, addressee, caller)
            return by_chat or await self._send_unless_sent(row, addressee, caller)

    async def _by_chat(self, row: OutboxRow, addressee: Addressee, caller: bytes) -> Verdict | None:
        """What a chat makes an SMS needless for, or puts off; None where an SMS goes out, with a chat or without."""
        if self._chats is None:
            return None
        kind = MessageKind(row.kind)
        if kind in BY_SMS_ALONE:
            return None
        sent = await self._chats.send(row, self._record(row, addressee, caller), addressee.language)
        if kind in ALWAYS_BY_SMS or sent.result is ByChat.NOT_TAKEN:
            return None
        return Done() if sent.result is ByChat.SENT else Later("retry_after", sent.wait_seconds)

    async def _send_unless_sent(self, row: OutboxRow, addressee: Addressee, caller: bytes) -> Verdict:
        recent = await self._engine.channel.messages.of_caller(caller, _RECENT_MESSAGES)
        earlier = next((message for message in recent if message.id == row.id), None)
        if earlier is not None and earlier.provider_id:
            return Done()
        now = self._engine.clock.now()
        if any(
            message.state == SENDING and message.id != row.id and now - message.created_at < self._doubt
            for message in recent
        ):
            return Later("another_under_way", _OTHER_UNDER_WAY_SECONDS)
        if row.kind == MessageKind.LINK_CODE and now >= datetime.fromisoformat(row.data["expires_at"]):
            return GiveUp("expired")
        worded = self._word(self._opened(row), addressee.language)
        record = earlier or self._record(row, addressee, caller)
        record = replace(record, text=worded.text, parts=worded.parts)
        return await self._send(row, addressee, record)

    async def _send(self, row: OutboxRow, addressee: Addressee, record: MessageRecord) -> Verdict:
        await self._pace.take()
        messages = self._engine.channel.messages
        await messages.add(replace(record, state=SENDING, failure=""))
        try:
            sent = await self._sender.send(addressee.phone, record.text, await self._sender_of(row))
        except TransportError as error:
            return await self._after_failure(row, record, error)
        await messages.add(_accepted(record, sent))
        return Done()

    async def _after_failure(self, row: OutboxRow, record: MessageRecord, error: TransportError) -> Verdict:
        """A send that may have happened stays `sending` until its report, or the end of the doubt, decides.

        Each further try may be one more copy for the borrower, so tries grow rarer, and end.
        """
        log.warning(
            "sms_not_accepted", code=error.code, kind=row.kind, attempts=row.attempts, alarm=error.needs_operator
        )
        if error.may_have_been_sent:
            if row.attempts >= ATTEMPTS_MAX:
                return GiveUp(error.code)
            pause = pause_seconds(row.attempts, self._engine.identifiers.random_below)
            return Later(error.code, max(self._doubt.total_seconds(), pause, 1.0))
        state = _FAILED if error.permanent else _WAITING
        await self._engine.channel.messages.add(replace(record, state=state, failure=error.code))
        return GiveUp(error.code) if error.permanent else Later(error.code)

    def _opened(self, row: OutboxRow) -> OutboxRow:
        """The row with its one-time code, which is sealed where it waits."""
        if "code" not in row.data:
            return row
        code = self._engine.sealer.open(bytes.fromhex(row.data["code"]), CODE_CONTEXT).decode()
        return replace(row, data={**row.data, "code": code})

    async def _addressee(self, row: OutboxRow) -> Addressee:
        if "phone_sealed" in row.data:
            return self._unregistered(row)
        async with self._engine.record.unit(row.district) as unit:
            borrower = await unit.borrowers.get(UUID(row.data["borrower_id"]))
        return Addressee(borrower.id, borrower.phone, borrower.language)

    def _unregistered(self, row: OutboxRow) -> Addressee:
        sealed = bytes.fromhex(row.data["phone_sealed"])
        phone = PhoneNumber.parse(self._engine.sealer.open(sealed, "outbox:phone").decode())
        return Addressee(None, phone, Language(row.data.get("language", Language.SESOTHO)))

    async def _sender_of(self, row: OutboxRow) -> str | None:
        if "sender" in row.data:
            return str(row.data["sender"])
        mfi_id = _mfi_id(row)
        if mfi_id is None:
            return self._sender_id
        return (await self._engine.record.catalogue()).mfi(mfi_id).sms_sender_id or self._sender_id

    def _record(self, row: OutboxRow, addressee: Addressee, caller: bytes) -> MessageRecord:
        return MessageRecord(
            id=row.id,
            caller=caller,
            borrower_id=addressee.borrower_id,
            district=row.district,
            mfi_id=_mfi_id(row),
            channel=Channel.SMS.value,
            direction="out",
            kind=row.kind,
            text="",
            parts=0,
            state=SENDING,
            created_at=self._engine.clock.now(),
        )


def _mfi_id(row: OutboxRow) -> UUID | None:
    written = row.data.get("mfi_id")
    return UUID(written) if written else None


def _accepted(record: MessageRecord, sent: Sent) -> MessageRecord:
    return replace(
        record,
        state=ACCEPTED,
        provider=sent.provider,
        provider_id=sent.provider_id,
        parts=sent.parts or record.parts,
        cost=str(sent.cost) if sent.cost else "",
    )
