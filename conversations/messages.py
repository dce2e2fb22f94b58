"""What messages to borrowers say: from a kind and its figures to a sentence in their language. Each says what to dial.

The text is in the letters of its language: the channel that sends it folds it to what its phones can show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from conversations.answers.applying import REFUSALS
from conversations.answers.consents import EFFECTS, NAMES
from conversations.answers.key_facts import as_reason
from conversations.answers.offers import REJECTIONS, RETURNS
from conversations.answers.periods import each, term
from conversations.engine import Choice, Text, Value
from conversations.texts import Texts
from core.calendar import PeriodUnit
from core.money import Money
from core.records.borrower import ConsentKind
from core.records.message import MESSAGE_FIELDS, STATEMENT_PAYMENTS, MessageKind
from core.references import Reference

Figures: TypeAlias = Mapping[str, Any]

MESSAGE_IDS: Final = {kind: f"sms.{kind}" for kind in MessageKind}

_MINOR: Final = "_minor"
_REFERENCES: Final = frozenset({"reference", "loan_reference", "receipt"})
_PARTS: Final = ("penalties", "fees", "interest", "principal", "overpaid")
_RECOVERED: Final = "recovered"

COMMAND_TEXTS: Final = {
    command: f"sms.command_{command}"
    for command in (
        *("register", "apply", "accept", "decline", "withdraw"),
        *("change_language", "change_pin", "withdraw_consent", "give_consent", "send_statement", "change_reminders"),
        *("cancel_loan", "ask_to_cancel", "answer_returned", "complain", "reset_pin"),
        *("change_wallet", "request_payment", "quote_payoff", "unlink_telegram"),
    )
}
WHY_TEXTS: Final = {
    outcome: f"sms.why_{outcome}"
    for outcome in (
        "identity_known",
        "phone_taken",
        "under_age",
        "district_closed",
        "refused",
        "expired",
        "changed",
        "barred",
        "gone",
        "too_late",
        "under_way",
        "superseded",
        "still_needed",
        "already",
        "not_running",
        "over",
        "too_many",
        "being_sent",
    )
}


def message_text(kind: MessageKind, data: Figures, language: str, *, texts: Texts, service_code: str) -> str:
    """The words of one message. `service_code` is what the borrower dials, such as `*384*555#`.

    Raises `KeyError` when a figure of the kind is missing from `data`.
    """
    figures: dict[str, Value] = {"service_code": service_code}
    for name in MESSAGE_FIELDS[kind]:
        if (value := data[name]) is not None:
            figures[name.removesuffix(_MINOR)] = _figure(name, value)
    composed = _COMPOSED.get(kind)
    if composed is not None:
        figures |= composed(data)
    return texts.say(language, Text(MESSAGE_IDS[kind]), figures)


def _figure(name: str, value: Any) -> Value:
    """A figure by what its name says it is: `_minor` money, `_on` a date, a reference, else text or a whole number."""
    if name.endswith(_MINOR):
        return Money(int(value))
    if name.endswith("_on"):
        return date.fromisoformat(value)
    if name in _REFERENCES:
        return Reference(str(value))
    return value if isinstance(value, int) else str(value)


def _term(data: Figures) -> dict[str, Value]:
    unit, every = PeriodUnit(data["period_unit"]), int(data["period_every"])
    return {"term": term(int(data["periods"]), unit, every), "each": each(unit, every)}


def _offered(data: Figures) -> dict[str, Value]:
    """The instalment as the phone says it: the level one, with a last one that is larger, else the most of them."""
    kind = "varying" if not data["is_level"] else "level" if data["last_minor"] is None else "larger_last"
    return {**_term(data), "instalment_said": Text(f"sms.instalment_{kind}")}


def _returned(data: Figures) -> dict[str, Value]:
    return {"reason": as_reason(data["reason_code"], RETURNS, "rejection.other")}


def _not_taken(data: Figures) -> dict[str, Value]:
    return {"reason": as_reason(data["reason_code"], REFUSALS, "refusal.other")}


def _rejected(data: Figures) -> dict[str, Value]:
    amount = data["affordable_minor"]
    affordable = Text("sms.affordable", {"affordable_amount": Money(int(amount))}) if amount else None
    return {
        "reason": as_reason(data["reason_code"], REJECTIONS, "rejection.other"),
        "affordable": affordable or Text("sms.no_affordable"),
    }


def _refused(data: Figures) -> dict[str, Value]:
    return {
        "command": as_reason(data["command"], COMMAND_TEXTS, "sms.command_other"),
        "reason": as_reason(data["reason_code"], WHY_TEXTS, "sms.why_other"),
    }


def _done(data: Figures) -> dict[str, Value]:
    return {"command": as_reason(data["command"], COMMAND_TEXTS, "sms.command_other")}


def _received(data: Figures) -> dict[str, Value]:
    """What a payment covered, part by part, and what is left when."""
    return {"covered": Text("sms.covered", {"parts": _parts(data)}), "left": _left(data)}


def _parts(data: Figures) -> tuple[Choice, ...]:
    """What a payment covered. Money for a loan that was given up covers nothing else."""
    covered = (_RECOVERED,) if data["recovered_minor"] else _PARTS
    amounts = {part: Money(int(data[f"{part}{_MINOR}"])) for part in covered}
    return tuple(Choice(part, Text(f"sms.part_{part}", {"part": amount})) for part, amount in amounts.items() if amount)


def _left(data: Figures) -> Text:
    outstanding = Money(int(data["outstanding_minor"]))
    if data["recovered_minor"]:
        return Text("sms.left_given_up")
    if not outstanding:
        return Text("sms.left_nothing")
    if data["next_due_on"] is None:
        return Text("sms.left", {"outstanding": outstanding})
    return Text("sms.left_next", {"outstanding": outstanding})


def _statement(data: Figures) -> dict[str, Value]:
    """What was paid last, and what is due: the amount that puts the loan back on schedule, or the next instalment."""
    paid = sum(data[f"paid_{n}_on"] is not None for n in range(1, STATEMENT_PAYMENTS + 1))
    return {"paid": Text(f"sms.statement_paid_{paid}"), "due": Text(_statement_due(data))}


def _statement_due(data: Figures) -> str:
    if data["overdue_minor"]:
        return "sms.statement_late"
    return "sms.statement_nothing" if data["next_due_on"] is None else "sms.statement_next"


def _closed(data: Figures) -> dict[str, Value]:
    overpaid = Money(int(data["overpaid_minor"] or 0))
    if not overpaid:
        return {"overpaid": Text("sms.not_overpaid")}
    return {"overpaid": Text("sms.overpaid", {"overpaid_amount": overpaid})}


def _wallet(data: Figures) -> dict[str, Value]:
    return {"wallet": str(data["wallet_masked"])}


def _consent(data: Figures) -> dict[str, Value]:
    """What it is about, by its name on the screens, and what is different without it."""
    kind = ConsentKind(data["consent"])
    return {"consent_name": Text(NAMES[kind]), "consent_effect": Text(EFFECTS[kind])}


_COMPOSED: Final[Mapping[MessageKind, Callable[[Figures], dict[str, Value]]]] = {
    MessageKind.CONSENT_WITHDRAWN: _consent,
    MessageKind.CONSENT_GIVEN: _consent,
    MessageKind.APPLICATION_RECEIVED: _term,
    MessageKind.APPLICATION_RETURNED: _returned,
    MessageKind.APPLICATION_REJECTED: _rejected,
    MessageKind.APPLICATION_NOT_TAKEN: _not_taken,
    MessageKind.COMMAND_REFUSED: _refused,
    MessageKind.COMMAND_DONE: _done,
    MessageKind.OFFER_MADE: _offered,
    MessageKind.DISBURSED: _wallet,
    MessageKind.CREDIT_REFUNDED: _wallet,
    MessageKind.WALLET_CHANGED: _wallet,
    MessageKind.PAYMENT_RECEIVED: _received,
    MessageKind.LOAN_STATEMENT: _statement,
    MessageKind.LOAN_CLOSED: _closed,
}
