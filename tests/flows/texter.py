"""A phone that writes to our short code: inbound SMS through the inbox, answers read back from the outbox."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from channels.sms.inbound import InboundSms
from channels.sms.receiving import SmsInbox
from channels.sms.replying import REPLY_TOPIC, reply_wording
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Language
from tests.core.use_cases.lending import Lending

SHORT_CODE: Final = "32555"
_ids = itertools.count(1)


@dataclass
class Texter:
    """One number. `answers` are the texts that it was sent back, in order."""

    inbox: SmsInbox
    engine: Engine
    lending: Lending
    number: PhoneNumber
    short_code: str = SHORT_CODE
    sent: list[InboundSms] = field(default_factory=list)

    async def texts(self, *texts: str) -> Self:
        """Write, once for each text."""
        for text in texts:
            self.sent.append(self.message(text))
            await self.inbox.receive(self.sent[-1])
        return self

    async def repeats(self, message: int = -1) -> Self:
        """The provider delivers one of the messages once more."""
        await self.inbox.receive(self.sent[message])
        return self

    def message(self, text: str, at: datetime | None = None) -> InboundSms:
        """An inbound message of this number."""
        return InboundSms(
            provider_id=f"in-{next(_ids)}",
            sender=self.number.e164,
            service=self.short_code,
            text=text,
            received_at=at or self.engine.clock.now(),
            link_id="",
            network="65101",
        )

    async def answers(self) -> list[str]:
        word = reply_wording(self.engine.sealer)
        rows = []
        for district in sorted((await self.engine.record.catalogue()).districts):
            rows += [row for row in await self.lending.outbox(district) if row.topic == REPLY_TOPIC]
        return [word(row, Language.ENGLISH).text for row in sorted(rows, key=lambda row: row.id)]

    async def says(self, *fragments: str) -> Self:
        """The last answer holds these."""
        answers = await self.answers()
        assert answers, "nothing was answered"
        for fragment in fragments:
            assert fragment in answers[-1], f"{fragment!r} is not in the answer:\n{answers[-1]}"
        return self

    async def was_answered(self, times: int) -> Self:
        assert len(await self.answers()) == times
        return self
