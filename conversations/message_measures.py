"""Every message with its longest figures and each reason that it may have, in both languages: what a budget is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conversations.check import SentText
from conversations.check.worst import LARGEST_AMOUNT, LONGEST_DATE
from conversations.engine import Text
from conversations.measures import (
    LONGEST_ACCOUNT,
    LONGEST_LENDER,
    LONGEST_NAME,
    LONGEST_NAMES,
    LONGEST_PHONE,
    LONGEST_SERVICE_CODE,
)
from conversations.messages import COMMAND_TEXTS, MESSAGE_IDS, WHY_TEXTS, message_text
from conversations.texting_words import TextingWords
from conversations.texts import Texts
from core.calendar import PeriodUnit
from core.loans.terms import PERIOD_EVERY_MAX
from core.records.application import RejectionReason, ReturnReason
from core.records.borrower import ConsentKind, Language
from core.records.message import MESSAGE_FIELDS, MessageKind
from core.references import Reference
from core.use_cases.applying import RefusalReason
from core.use_cases.complaining import ANSWER_SEPTETS_MAX
from core.use_cases.cooling_down import COOL_DOWN_HOURS

PARTS_MAX: Final = 2
"""Segments of 153 septets: what a message may cost with its longest figures."""

PARTS_MAX_OF: Final = {MessageKind.LOAN_STATEMENT: 3}
"""Of those that may cost more."""

UNKNOWN: Final = "one of a later release"
"""A command or reason that this release has no words for: it is told in general ones."""

_REFERENCE: Final = Reference("8888888888")
_LONGEST: Final[dict[str, Any]] = {
    "mfi_name": LONGEST_LENDER,
    "given_names": LONGEST_NAME,
    "complaints_phone": LONGEST_PHONE,
    "rail_account": LONGEST_ACCOUNT,
    "wallet_masked": "+266 \u2022\u2022\u2022\u2022\u2022 234",
    "periods": 366,
    "period_unit": PeriodUnit.WEEK.value,
    "period_every": PERIOD_EVERY_MAX,
    "days_late": 1_000,
    "hours": COOL_DOWN_HOURS,
    "code": "000000",
    "answer": "n" * ANSWER_SEPTETS_MAX,
    "is_level": True,
}

_SHAPES: Final[dict[MessageKind, tuple[dict[str, Any], ...]]] = {
    MessageKind.OFFER_MADE: ({}, {"last_minor": None}, {"last_minor": None, "is_level": False}),
    MessageKind.PAYMENT_RECEIVED: ({}, {"recovered_minor": 0}),
}
"""What says other things by its figures and not by a reason."""

_REASONS: Final[dict[MessageKind, tuple[str, ...]]] = {
    MessageKind.APPLICATION_REJECTED: tuple(RejectionReason),
    MessageKind.APPLICATION_RETURNED: tuple(ReturnReason),
    MessageKind.APPLICATION_NOT_TAKEN: tuple(RefusalReason),
}


def data_of(kind: MessageKind, **changed: Any) -> dict[str, Any]:
    """The data of a kind's row with the longest figures, but for those that are given."""
    return {name: _longest(name) for name in MESSAGE_FIELDS[kind]} | changed


def variants(kind: MessageKind) -> list[dict[str, Any]]:
    """The data of a kind's row with each reason that it may have."""
    match kind:
        case _ if kind in _REASONS:
            return [data_of(kind, reason_code=reason) for reason in _REASONS[kind]]
        case MessageKind.COMMAND_REFUSED:
            commands, reasons = (*COMMAND_TEXTS, UNKNOWN), (*WHY_TEXTS, UNKNOWN)
            return [data_of(kind, command=command, reason_code=reason) for command in commands for reason in reasons]
        case MessageKind.COMMAND_DONE:
            return [data_of(kind, command=command) for command in (*COMMAND_TEXTS, UNKNOWN)]
        case _ if kind in _SHAPES:
            return [data_of(kind, **changed) for changed in _SHAPES[kind]]
        case MessageKind.CONSENT_WITHDRAWN | MessageKind.CONSENT_GIVEN:
            return [data_of(kind, consent=consent.value) for consent in ConsentKind]
        case _ if "given_names" in MESSAGE_FIELDS[kind]:
            return [data_of(kind, given_names=name) for name in LONGEST_NAMES]
        case _:
            return [data_of(kind)]


def sent_texts(texts: Texts) -> Iterator[SentText]:
    """Each message in each variant and language, with the segments that it may take."""
    for kind in MessageKind:
        for language in Language:
            for data in variants(kind):
                said = message_text(kind, data, language, texts=texts, service_code=LONGEST_SERVICE_CODE)
                yield SentText(MESSAGE_IDS[kind], language.value, said, PARTS_MAX_OF.get(kind, PARTS_MAX))
    for words in TextingWords:
        for language in Language:
            said = texts.say(language, Text(words), {"service_code": LONGEST_SERVICE_CODE, "reserved": _REFERENCE})
            yield SentText(words.value, language.value, said, parts_max=1)


def _longest(name: str) -> Any:
    """A figure by what its name says it is; what is none of these is a reference."""
    if name.endswith("_minor"):
        return LARGEST_AMOUNT.minor
    if name.endswith("_on"):
        return LONGEST_DATE.isoformat()
    return _LONGEST.get(name, "8888888888")
