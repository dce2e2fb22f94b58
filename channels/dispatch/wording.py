"""The words of a message as they go out by SMS: in the borrower's language, folded to GSM 03.38, counted in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conversations.messages import message_text
from conversations.texts import Texts
from core.gsm0338 import fold, septets
from core.ports.work import OutboxRow
from core.records.borrower import Language
from core.records.message import MessageKind

ONE_PART_SEPTETS: Final = 160
PART_OF_SEVERAL_SEPTETS: Final = 153


@dataclass(frozen=True, slots=True)
class Worded:
    """A message as it goes out; parts as we count them."""

    text: str
    parts: int


@dataclass(frozen=True, slots=True)
class Wording:
    """Words the rows of topic `message`. `service_code` is what every message says to dial."""

    texts: Texts
    service_code: str

    def __call__(self, row: OutboxRow, language: Language) -> Worded:
        """Raises `ValueError` or `KeyError` for a row that no use case writes."""
        text = fold(self.for_chat(row, language))
        return Worded(text, sms_parts(text))

    def for_chat(self, row: OutboxRow, language: Language) -> str:
        """The same words in the letters of their language, for a channel that shows any. Raises as for an SMS."""
        return message_text(MessageKind(row.kind), row.data, language, texts=self.texts, service_code=self.service_code)


def sms_parts(text: str) -> int:
    """How many SMS a folded text takes: 160 septets in one, 153 in each of several."""
    length = septets(text)
    return 1 if length <= ONE_PART_SEPTETS else -(-length // PART_OF_SEVERAL_SEPTETS)
