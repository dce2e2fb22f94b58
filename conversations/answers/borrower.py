"""The answers of the borrower's machine, checked against it when this module is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.answers import (
    applying,
    cancelling,
    choosing_loan,
    complaining,
    consents,
    first_contact,
    following,
    help,  # noqa: A004 -- a topic
    loans,
    looks,
    offers,
    paying,
    pins,
    profile,
    recovering,
    wallets,
)
from conversations.answers.table import DISTRICT_DOWN, Answer, Answering, Answers
from conversations.flows import BORROWER


def _answer(function: Answering, *outcomes: str, told: tuple[str, ...] = (), done: tuple[str, ...] = ()) -> Answer:
    return Answer(function, frozenset({*outcomes, *told, *done}), frozenset(told), frozenset(done))


_STANDS: Final = (
    *("offer", "waiting", "returned", "rejected", "payout", "over", "being_sent", "none"),
    DISTRICT_DOWN,
)
_NOTHING_TO_CHOOSE: Final = ("none", "already_open", "blocked", "being_sent", "outside_hours", DISTRICT_DOWN)

_TABLE: Final[Mapping[str, Answer]] = {
    "caller": _answer(first_contact.caller, "new", "known", "no_pin", "new_outside_hours", "known_outside_hours"),
    "districts": _answer(first_contact.districts, "listed", "none"),
    "choose_pin": _answer(first_contact.choose_pin, "chosen", "weak"),
    "repeat_pin": _answer(first_contact.repeat_pin, "same", "different"),
    "register": _answer(
        first_contact.register,
        "identity_known",
        "phone_taken",
        "under_age",
        "district_closed",
        DISTRICT_DOWN,
        told=("registered",),
    ),
    "check_pin": _answer(pins.check_pin, "right", "wrong", "locked", "needs_officer"),
    "choose_new_pin": _answer(pins.choose_new_pin, "chosen", "weak", "not_new", DISTRICT_DOWN),
    "change_pin": _answer(pins.change_pin, "superseded", DISTRICT_DOWN, told=("changed",)),
    "products": _answer(choosing_loan.products, "listed", "lender_first", "lender_gone", *_NOTHING_TO_CHOOSE),
    "lenders_here": _answer(choosing_loan.lenders_here, "listed", *_NOTHING_TO_CHOOSE),
    "product_limits": _answer(applying.product_limits, "known", "gone"),
    "quote": _answer(applying.quote, "quoted", "gone", "wallet_missing"),
    "my_wallet": _answer(wallets.my_wallet, "shown", DISTRICT_DOWN),
    "new_wallet": _answer(wallets.new_wallet, "shown", "same", "missing", DISTRICT_DOWN),
    "change_wallet": _answer(wallets.change_wallet, "already", DISTRICT_DOWN, told=("changed",)),
    "apply": _answer(applying.apply, "refused", "being_sent", told=("submitted", "taken")),
    "my_applications": _answer(offers.my_applications, "several", *_STANDS),
    "my_application": _answer(offers.my_application, *_STANDS),
    "answer_returned": _answer(following.answer, "too_late", DISTRICT_DOWN, told=("answered",)),
    "withdraw": _answer(offers.withdraw, "too_late", DISTRICT_DOWN, told=("withdrawn",)),
    "offer": _answer(offers.offer, "offered", "barred", "none", DISTRICT_DOWN),
    "accept": _answer(offers.accept, "expired", "changed", "barred", "gone", DISTRICT_DOWN, told=("accepted",)),
    "decline": _answer(offers.decline, "gone", DISTRICT_DOWN, told=("declined",)),
    "my_loans": _answer(loans.my_loans, "one", "several", "none", DISTRICT_DOWN),
    "loans_to_pay": _answer(loans.loans_to_pay, "one", "several", "none", DISTRICT_DOWN),
    "loan": _answer(loans.loan, "shown", "accepted", "disbursing", "gone", DISTRICT_DOWN),
    "how_to_pay": _answer(paying.how_to_pay, "shown", "gone", DISTRICT_DOWN),
    "quote_payoff": _answer(paying.quote_payoff, "not_running", DISTRICT_DOWN, done=("quoted",)),
    "amounts_to_pay": _answer(paying.amounts_to_pay, "shown", "gone", DISTRICT_DOWN),
    "amount_to_pay": _answer(paying.amount_to_pay, "asked_for", "told", "missing", "gone", DISTRICT_DOWN),
    "request_payment": _answer(paying.request_payment, "already", "not_running", DISTRICT_DOWN, done=("asked",)),
    "cancelling": _answer(cancelling.cancelling, "free", "against_cash", "under_way", "too_late", DISTRICT_DOWN),
    "cancel_loan": _answer(cancelling.cancel_loan, "under_way", "too_late", DISTRICT_DOWN, told=("cancelled",)),
    "ask_to_cancel": _answer(cancelling.ask_to_cancel, "too_late", DISTRICT_DOWN, told=("asked",)),
    "send_statement": _answer(loans.send_statement, "already", "not_running", DISTRICT_DOWN, told=("sent",)),
    "change_language": _answer(profile.change_language, DISTRICT_DOWN, done=("kept",)),
    "reminder_wish": _answer(profile.reminder_wish, "wanted", "unwanted", DISTRICT_DOWN),
    "change_reminders": _answer(profile.change_reminders, DISTRICT_DOWN, done=("wanted", "unwanted")),
    "my_consents": _answer(consents.my_consents, "shown", DISTRICT_DOWN),
    "my_consent": _answer(consents.my_consent, "stands", "still_needed", "withdrawn", DISTRICT_DOWN),
    "withdraw_consent": _answer(consents.withdraw_consent, "still_needed", DISTRICT_DOWN, told=("withdrawn",)),
    "give_consent": _answer(consents.give_consent, DISTRICT_DOWN, told=("given",)),
    "chat": _answer(profile.chat, "shown"),
    "unlink_telegram": _answer(profile.unlink_telegram, DISTRICT_DOWN, told=("unlinked",)),
    "details": _answer(profile.details, "shown", DISTRICT_DOWN),
    "looks": _answer(looks.looks, "listed", "none"),
    "looking_lender": _answer(looks.looking_lender, "shown", "gone"),
    "lenders": _answer(help.lenders, "listed", "none"),
    "lender": _answer(help.lender, "shown", "gone"),
    "complain": _answer(complaining.complain, "too_many", "gone", DISTRICT_DOWN, told=("taken",)),
    "my_complaints": _answer(complaining.my_complaints, "listed", "none", DISTRICT_DOWN),
    "my_complaint": _answer(complaining.my_complaint, "shown", "gone", DISTRICT_DOWN),
    "pin_reset": _answer(recovering.pin_reset, "open", "by_identity", "none", DISTRICT_DOWN),
    "check_reset_code": _answer(recovering.check_reset_code, "right", "wrong", "over", DISTRICT_DOWN),
    "choose_reset_pin": _answer(recovering.choose_reset_pin, "chosen", "weak", DISTRICT_DOWN),
    "reset_pin": _answer(recovering.reset_pin, "over", DISTRICT_DOWN, told=("reset",)),
}

BORROWER_ANSWERS: Final = Answers(BORROWER, _TABLE)
