"""The borrower's flows in a few lines each: given a state, when this is typed, then this is shown and this is done."""

from __future__ import annotations

import pytest

from conversations.engine import Ask, Choice, Outcome, Text, Value
from core.money import Money
from core.records.borrower import Channel, Language
from tests.conversations.borrowers import (
    NURSE,
    PIN,
    REFERENCE,
    WITH_A_LOAN,
    WRITTEN,
    a_stranger,
    found,
    given,
    placeholders,
    registered,
)
from tests.conversations.tester import Answers, Phone

PAGE = 160
"""Septets of a page; of SMS it counts parts."""


def test_a_stranger_registers_in_nine_answers() -> None:
    phone = given(a_stranger())

    phone.dials().then.shows("register.language").says("Choose a language", within=PAGE).issued()
    phone.when("2", "1", "Palesa", "Mokoena", "012345678901", "17051990", "1", PIN).then.issued()
    phone.when(PIN).then.shows("main.menu").says("You are registered.", within=PAGE)
    phone.issued("register", given_names="Palesa", district="LS-A", language="en")


def test_a_borrower_whom_we_know_applies_in_six_answers() -> None:
    phone = given(registered(last=NURSE))

    phone.dials().when("1", "1", "1500", "2").then.shows("apply.summary").issued()
    phone.when("1").then.shows("apply.pin").says("PIN?", within=PAGE).issued()
    phone.when(PIN).then.ends().says(WRITTEN, within=PAGE)
    phone.issued("apply", amount=Money.of(1_500), net_pay=Money.of(6_000), reserved=REFERENCE)


def test_who_applies_for_the_first_time_chooses_the_lender_and_then_one_of_its_loans() -> None:
    phone = given(registered())

    phone.dials().when("1").then.shows("apply.lender").says("1. Khotso Finance", "2. Mohloli Credit", within=PAGE)
    phone.when("2").then.shows("apply.product").says("1. Growth loan", within=PAGE).says_not("Mohloli", "Thuso")
    phone.when("1", "1500", "2", "1", "1", "6000", "1", "1", PIN).then.ends()
    phone.issued("apply", product="growth")


def test_the_loan_is_changed_in_the_list_that_the_borrower_came_by() -> None:
    new, known = given(registered()), given(registered(last=NURSE))
    new.dials().when("1", "1", "1", "1500", "2", "1", "1", "6000", "1").then.shows("apply.summary")
    known.dials().when("1", "1", "1500", "2").then.shows("apply.summary")

    new.when("3", "3").then.shows("apply.lender").says("2. Mohloli Credit")
    known.when("3", "3").then.shows("apply.product").says("2. Mohloli Credit: Growth loan")

    new.when("2").then.shows("apply.product").says("1. Growth loan")


def test_a_loan_that_is_gone_leads_to_the_list_that_the_borrower_came_by_which_says_so() -> None:
    new, known = (
        given(registered({"product_limits": "gone"})),
        given(registered({"product_limits": "gone"}, last=NURSE)),
    )

    new.dials().when("1", "2", "1").then.shows("apply.product").says("It has changed.", "1. Growth loan")
    known.dials().when("1", "1").then.shows("apply.product").says("It has changed.", "1. Khotso Finance: Thuso loan")


def test_a_lender_that_lends_no_more_leads_back_to_the_lenders() -> None:
    phone = given(registered({"products": ["lender_first", "lender_gone"]}))

    phone.dials().when("1", "1").then.shows("apply.lender").says("no new loans just now", "2. Mohloli", within=PAGE)


def test_a_wrong_pin_sends_nothing_and_says_how_many_tries_are_left() -> None:
    phone = given(registered({"check_pin": found("wrong", tries_left=2)}, last=NURSE))

    phone.dials().when("1", "1", "1500", "2", "1", "9999")

    phone.then.shows("apply.pin").says("Wrong PIN. Tries left: 2.", within=PAGE).issued()


def test_a_press_that_comes_twice_sends_one_application() -> None:
    phone = given(registered({"apply": found("being_sent", reference=REFERENCE)}, last=NURSE))
    phone.dials().when("1", "1", "1500", "2", "1", PIN).then.ends().issued("apply")
    first = phone.asks[-1].key

    phone.dials().when("1", PIN).then.issued("apply")

    assert phone.asks[-1].key == first, "the same form is sent under the same key"


def test_a_statement_is_asked_for_with_one_press() -> None:
    phone = given(registered(WITH_A_LOAN))

    phone.dials().when("2").then.shows("loans.loan").says("M1,060.59", "4. Statement", within=PAGE).issued()
    phone.when("4").then.ends().issued("send_statement", loan=str(REFERENCE))


def test_reminders_stop_only_after_the_question_was_answered() -> None:
    phone = given(registered())

    phone.dials().when("5", "6").then.shows("profile.stop_reminders").fits(PAGE).issued()
    phone.when("2").then.ends().issued("change_reminders")


@pytest.mark.parametrize("language", list(Language))
def test_over_sms_the_same_answers_come_to_the_pin_and_no_further(language: Language) -> None:
    phone = given(registered(last=NURSE), Channel.SMS, language)

    phone.dials().when("1", "1", "1500", "2").then.shows("apply.summary").fits(3)
    phone.when("1").then.says(WRITTEN, "*384*555#", within=1).issued()


def test_over_telegram_a_screen_is_whole_and_has_its_buttons() -> None:
    phone = given(registered(last=NURSE), Channel.TELEGRAM)

    phone.dials().when("1", "1", "1500", "2").then.shows("apply.summary").says("1. Accept", "3. Change").issued()


def test_home_is_offered_beside_an_unfinished_form_only_where_it_leads_elsewhere() -> None:
    stranger, borrower = given(a_stranger()), given(registered(last=NURSE))

    stranger.dials().when("2", "1", "Palesa").dials().then.shows("start.resume").says_not("00 Home")
    borrower.dials().when("1", "1", "1500").dials().then.shows("start.resume").says("00 Home")


def test_who_must_name_another_wallet_gives_the_pin_before_it_is_sent() -> None:
    returned = found(
        "returned", *placeholders("application.returned"), question="wallet", application_version=2, application="one"
    )
    wallet = found("shown", hours=24, new_paid_to=Text("wallet.own"))
    phone = given(registered({"my_applications": returned, "new_wallet": wallet, "answer_returned": "answered"}))

    phone.dials().when("3", "2", "2", "58123456").then.shows("application.wallet_sure").issued()
    phone.when("1").then.shows("application.pin").issued()
    phone.when(PIN).then.ends().issued(
        "answer_returned", question="wallet", wallet="other", wallet_number="+26658123456"
    )


def test_a_wallet_given_up_half_way_is_asked_anew_by_an_application() -> None:
    """A number that was typed and never confirmed is nobody's answer to where a loan is paid."""
    wallet = {
        "my_wallet": found("shown", "paid_now", is_elsewhere=0),
        "new_wallet": found("shown", "hours", "new_paid_to", "wallet_wait"),
    }
    phone = given(registered(wallet))
    phone.dials().when("5", "8", "1", "58123456").then.shows("wallet.sure")

    phone.when("2", "0", "0").then.shows("main.menu")
    phone.when("1", "1", "1", "1500", "2", "1", "1", "6000").then.shows("apply.wallet").issued()


@pytest.mark.parametrize("home", [("00",), ("0", "0")])
def test_a_loan_that_was_looked_at_is_not_the_one_to_pay_after_the_menu(home: tuple[str, ...]) -> None:
    """Of a loan whose money has not come nothing can be paid; who went back from it to the menu owes on the other."""
    owed, waiting = str(REFERENCE), "1000000009"
    asked: list[Value | None] = []

    def how_to_pay(ask: Ask) -> Outcome:
        asked.append(ask.arguments.get("loan"))
        return found("shown", *placeholders("repay.show"))

    two = (Choice(owed, "Khotso Finance"), Choice(waiting, "Mohloli Credit"))
    state: Answers = {
        "my_loans": found("several", loans=two),
        "loan": found("accepted", "mfi_name", "principal"),
        "loans_to_pay": found("one", loan=owed),
        "how_to_pay": how_to_pay,
    }
    phone = given(registered(state))

    phone.dials().when("2", "2").then.shows("loans.not_paid_out")
    phone.when(*home).then.shows("main.menu")
    phone.when("4").then.shows("repay.show")

    assert asked == [owed]


@pytest.mark.parametrize("flow", ["apply", "offer"])
@pytest.mark.parametrize("language", list(Language))
def test_terms_are_accepted_on_their_last_page_only(flow: str, language: Language) -> None:
    offered = found("offered", *placeholders("offer.show", "offer.terms", "offer.pin"), offer="one", figures_hash="00")
    phone = given(registered({"my_applications": "offer", "offer": offered}, last=NURSE), language=language)
    phone.dials().when(*(("1", "1", "1500", "2") if flow == "apply" else ("3",)))
    presses_until_it_leaves(phone, "2")
    phone.shows(f"{flow}.terms")

    presses = presses_until_it_leaves(phone, "1")

    phone.shows(f"{flow}.pin")
    assert presses > 1, "each press turned one page, and the last one accepted"


def presses_until_it_leaves(phone: Phone, key: str) -> int:
    """Press a key until another screen shows; how often that was."""
    assert phone.view is not None
    screen, presses = phone.view.screen, 0
    while phone.view.screen == screen:
        phone.when(key)
        presses += 1
    return presses
