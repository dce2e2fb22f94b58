"""Borrowers in a state, for the fluent phone: what the reads of the borrower's machine find, without any database.

    given(a_stranger()), given(registered()), given(registered(last=NURSE), Channel.SMS), given(registered(WITH_A_LOAN))

Values that a test does not name are the longest that the check knows, so that a screen shows in full here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from channels.sms.rendering import SmsRenderer
from channels.sms.segments import parts_of
from channels.telegram.rendering import TelegramRenderer
from channels.ussd.pages import UssdRenderer
from conversations.check.worst import OF_THE_ENGINE
from conversations.engine import Ask, Choice, Outcome, Text, Value
from conversations.flows import BORROWER
from conversations.flows.choosing_wallet import OWN
from conversations.measures import WORST_VALUES
from conversations.texts import load_texts
from core.gsm0338 import septets
from core.money import Money
from core.records.borrower import Channel, IncomeKind, Language, Purpose
from core.references import Reference
from tests.conversations.tester import Answers, Phone, Renderer

TEXTS: Final = load_texts()
SERVICE_CODE: Final = "*384*555#"
REFERENCE: Final = Reference.make(10, lambda _: 1234567)
WRITTEN: Final = "1012 345 679"
"""The reference as people read it."""
PIN: Final = "2580"

_LENDERS: Final = (Choice("khotso", "Khotso Finance"), Choice("mohloli", "Mohloli Credit"))
_OF_LENDER: Final = {"khotso": Choice("thuso", "Thuso loan"), "mohloli": Choice("growth", "Growth loan")}
_IN_ONE_LIST: Final = (Choice("thuso", "Khotso Finance: Thuso loan"), Choice("growth", "Mohloli Credit: Growth loan"))

NURSE: Final[Mapping[str, Value]] = MappingProxyType(
    {
        "purpose": Choice(Purpose.SCHOOL.value, "School"),
        "income_kind": Choice(IncomeKind.SALARY.value, "Salary"),
        "net_pay": Money.of(6_000),
        "wallet": Choice(OWN, "This number"),
    }
)
"""What somebody told us with their last application."""


def given(state: Answers, channel: Channel = Channel.USSD, language: Language = Language.ENGLISH) -> Phone:
    """A phone of somebody in this state, over a channel. `fits` counts septets; by SMS parts, in a chat characters."""
    renderers: Mapping[Channel, Renderer] = {
        Channel.USSD: UssdRenderer(TEXTS),
        Channel.SMS: SmsRenderer(TEXTS, SERVICE_CODE),
        Channel.TELEGRAM: TelegramRenderer(TEXTS),
    }
    measures = {Channel.USSD: septets, Channel.SMS: parts_of}
    return Phone(BORROWER, renderers[channel], state, language=language.value, measure=measures.get(channel, len))


def a_stranger() -> Answers:
    """Nobody that we know."""
    districts = tuple(Choice(code, name) for code, name in (("LS-A", "Maseru"), ("LS-C", "Leribe")))
    return {
        "caller": "new",
        "districts": found("listed", districts=districts),
        "choose_pin": found("chosen", new_pin_hash="hash"),
        "repeat_pin": "same",
        "register": "registered",
    }


def registered(more: Answers = MappingProxyType({}), *, last: Mapping[str, Value] | None = None) -> Answers:
    """A borrower, with other reads in place of these (`more`), and with what their last application told us.

    Without that they apply for the first time, and choose the lender before the loan.
    """
    terms = (Choice("1", "1 month"), Choice("3", "3 months"))
    limits = {"amount_min": Money.of(500), "amount_max": Money.of(20_000), "amount_step": Money.of(50)}
    return {
        "caller": "known",
        "products": found("listed", products=_IN_ONE_LIST, **last) if last else _of_the_lender_chosen,
        "lenders_here": found("listed", lenders=_LENDERS),
        "product_limits": found("known", terms=terms, product_version=1, **limits),
        "quote": found("quoted", *placeholders("apply.summary", "apply.terms", "apply.pin"), reserved=REFERENCE),
        "check_pin": "right",
        "apply": found("submitted", reference=REFERENCE, mfi_name="Khotso Finance"),
        "my_loans": "none",
        "reminder_wish": "wanted",
        "change_reminders": "unwanted",
        "chat": "shown",
        **more,
    }


WITH_A_LOAN: Final[Answers] = {
    "my_loans": Outcome(name="one", values={"loan": str(REFERENCE)}),
    "loan": Outcome(
        name="shown",
        values={
            "mfi_name": "Khotso Finance",
            "balance": Money.of("1060.59"),
            "standing": Text("loans.nothing_due"),
            "is_owed": 1,
        },
    ),
    "send_statement": "sent",
}
"""More for `registered`: one loan that money is owed on."""


def found(name: str, *longest: str, **values: Value) -> Outcome:
    """An outcome with these values, and the longest of those that are only named."""
    known = {**OF_THE_ENGINE, **WORST_VALUES}
    return Outcome(name=name, values={**{each: known[each][0] for each in longest}, **values})


def placeholders(*messages: str) -> tuple[str, ...]:
    """What the texts of some screens show, but for what the borrower answers."""
    wanted = frozenset().union(*(TEXTS.wanted(Language.ENGLISH, message) for message in messages))
    return tuple(sorted(wanted - {"amount", "net_pay", "purpose", "product", "term", "reserved"}))


def _of_the_lender_chosen(ask: Ask) -> Outcome:
    if "lender" not in ask.arguments:
        return Outcome(name="lender_first")
    return found("listed", products=(_OF_LENDER[str(ask.arguments["lender"])],))
