"""Answers by SMS: queued in the outbox, and sent from the short code that was written to.

The screen that an answer shows cannot be made again at dispatch, because the conversation goes on meanwhile. So the row
holds it sealed, as it holds the number; and one that could not be sent for an hour answers nobody any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from channels.dispatch.verdicts import GiveUp, RowHandler, Verdict
from channels.dispatch.wording import Worded
from channels.sms.segments import parts_of
from conversations.turns.owing import PHONE_CONTEXT
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.environment import Sealer
from core.ports.work import OutboxRow
from core.records.borrower import Language

REPLY_TOPIC: Final = "sms_reply"
REPLY_MINUTES_MAX: Final = 60
_TEXT_CONTEXT: Final = "outbox:sms_reply"


@dataclass(frozen=True, slots=True)
class SmsReply:
    """What to send back. `answers` names the message that it answers: one gets one answer, however often it comes."""

    answers: UUID
    to: PhoneNumber
    text: str
    short_code: str
    language: str


async def queue_reply(engine: Engine, reply: SmsReply, entry: PhoneEntry | None) -> None:
    """Owe an answer, once. Raises `DistrictDown`."""
    district = entry.district if entry is not None else await _any_district(engine, reply.to)
    now = engine.clock.now()
    row = OutboxRow(
        id=engine.identifiers.new_id(),
        district=district,
        topic=REPLY_TOPIC,
        kind=REPLY_TOPIC,
        key=f"sms_reply:{reply.answers}",
        data={
            "phone_sealed": engine.sealer.seal(reply.to.e164.encode(), PHONE_CONTEXT).hex(),
            "text_sealed": engine.sealer.seal(reply.text.encode(), _TEXT_CONTEXT).hex(),
            "language": reply.language,
            "sender": reply.short_code,
            "asked_at": now.isoformat(),
        },
        due_at=now,
    )
    async with engine.record.unit(district) as unit:
        await unit.outbox.add(row)
        await unit.commit()


async def _any_district(engine: Engine, phone: PhoneNumber) -> str:
    """Whose outbox carries the answer to a number that lives nowhere yet: always the same one, spread evenly."""
    districts = sorted((await engine.record.catalogue()).districts)
    return districts[engine.keyed_hash.phone(phone)[0] % len(districts)]


def reply_wording(sealer: Sealer) -> Callable[[OutboxRow, Language], Worded]:
    """The text of a reply's row: it was laid out when it was queued."""

    def word(row: OutboxRow, _language: Language) -> Worded:
        text = sealer.open(bytes.fromhex(row.data["text_sealed"]), _TEXT_CONTEXT).decode()
        return Worded(text, parts_of(text))

    return word


def timely(send: RowHandler, engine: Engine) -> RowHandler:
    """A handler that sends replies while somebody may still wait for them."""

    async def work(row: OutboxRow) -> Verdict:
        asked_at = datetime.fromisoformat(row.data["asked_at"])
        if engine.clock.now() - asked_at > timedelta(minutes=REPLY_MINUTES_MAX):
            return GiveUp("too_late_to_answer")
        return await send(row)

    return work
