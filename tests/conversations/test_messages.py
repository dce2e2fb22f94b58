"""Every message, in both languages, with the longest values: what it says, what it says to dial, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.dispatch.wording import sms_parts
from conversations.engine import Text
from conversations.measures import LONGEST_SERVICE_CODE
from conversations.message_measures import PARTS_MAX, PARTS_MAX_OF, data_of, sent_texts, variants
from conversations.messages import MESSAGE_IDS, message_text
from conversations.texting_words import TextingWords
from conversations.texts import Texts, load_texts
from core.errors import InvalidInput
from core.gsm0338 import fold, is_gsm, unfoldable
from core.records.borrower import Language
from core.records.message import MessageKind
from core.records.staff_words import check_words_for_sms
from core.use_cases.complaining import ANSWER_SEPTETS_MAX


@pytest.fixture(scope="module")
def texts() -> Texts:
    def gap(language: str, message: str) -> None:
        raise AssertionError(f"{message} is not there in {language}")

    return load_texts(on_gap=gap)


def a_term(periods: int, unit: str, every: int) -> dict[str, Any]:
    return data_of(MessageKind.OFFER_MADE, periods=periods, period_unit=unit, period_every=every)


def said(texts: Texts, kind: MessageKind, data: dict[str, Any], language: str = "en") -> str:
    return fold(message_text(kind, data, language, texts=texts, service_code="*384*555#"))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_message_fits_its_segments_and_says_what_to_dial(kind: MessageKind, language: Language, texts: Texts) -> None:
    for data in variants(kind):
        unfolded = message_text(kind, data, language, texts=texts, service_code=LONGEST_SERVICE_CODE)
        text = fold(unfolded)
        assert sms_parts(text) <= PARTS_MAX_OF.get(kind, PARTS_MAX), text
        assert is_gsm(text)
        assert not unfoldable(unfolded)
        assert LONGEST_SERVICE_CODE in text
        assert not re.search(r"\{|(^|\s)\?|None", text), text


@given(words=st.text(alphabet=st.one_of(st.characters(), st.sampled_from("[]{}^~\\|€tšŠ\u2019 ")), max_size=400))
@example(words="€" * (ANSWER_SEPTETS_MAX // 2))
@example(words="š" * (ANSWER_SEPTETS_MAX // 2))
def test_no_answer_of_staff_takes_an_sms_more_or_reaches_a_phone_as_question_marks(texts: Texts, words: str) -> None:
    try:
        answer = check_words_for_sms(words, room=ANSWER_SEPTETS_MAX, field="answer")
    except InvalidInput:
        return

    for language in Language:
        data = data_of(MessageKind.COMPLAINT_ANSWERED, answer=answer)
        assert sms_parts(said(texts, MessageKind.COMPLAINT_ANSWERED, data, language)) <= PARTS_MAX
        assert not unfoldable(answer)


def test_every_kind_is_measured_in_every_language(texts: Texts) -> None:
    measured = {(sent.message, sent.language) for sent in sent_texts(texts)}

    sent = {*(MESSAGE_IDS[kind] for kind in MessageKind), *(words.value for words in TextingWords)}
    assert measured == {(message, language.value) for message in sent for language in Language}


@pytest.mark.parametrize(("language", "here"), [("en", "this number"), ("st_LS", "nomorong ena")])
def test_the_money_of_an_accepted_loan_is_not_promised_to_the_number_that_reads_it(
    texts: Texts, language: str, here: str
) -> None:
    assert here not in said(texts, MessageKind.OFFER_ACCEPTED, data_of(MessageKind.OFFER_ACCEPTED), language)
    assert here not in texts.say(language, Text("help.how_it_works"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Letsema: your application 1212 345 674 could not be sent to the lender. "
                "You already have an application with this lender. To apply again, dial *384*555#."
            ),
        ),
        (
            "st_LS",
            (
                "Letsema: kopo ea hau 1212 345 674 ha ea romeloa ho moalimi. "
                "U se u na le kopo ho moalimi enoa. Ho kopa hape, letsa *384*555#."
            ),
        ),
    ],
)
def test_an_application_that_waited_and_no_longer_passes_says_why(texts: Texts, language: str, words: str) -> None:
    data = data_of(MessageKind.APPLICATION_NOT_TAKEN, reference="1212345674", reason_code="open_with_lender")

    assert said(texts, MessageKind.APPLICATION_NOT_TAKEN, data, language) == words


def test_a_receipt_says_what_was_paid_what_it_covered_what_is_left_and_when(texts: Texts) -> None:
    data = data_of(
        MessageKind.PAYMENT_RECEIVED,
        mfi_name="Khotso Finance",
        loan_reference="1212345674",
        receipt="1276543212",
        amount_minor=400_00,
        penalties_minor=50_00,
        fees_minor=0,
        interest_minor=30_00,
        principal_minor=320_00,
        recovered_minor=0,
        overpaid_minor=0,
        outstanding_minor=660_59,
        next_due_on="2027-01-23",
        next_due_minor=353_53,
    )

    assert said(texts, MessageKind.PAYMENT_RECEIVED, data) == (
        "Khotso Finance: M400.00 received for loan 1212 345 674, receipt 1276 543 212. "
        "Paid: late fees M50.00, interest M30.00, loan M320.00. M660.59 left, next M353.53 on 23 Jan 2027. "
        "To see your loan, dial *384*555#."
    )


def test_a_receipt_for_the_last_payment_says_that_nothing_is_left(texts: Texts) -> None:
    data = data_of(
        MessageKind.PAYMENT_RECEIVED, recovered_minor=0, outstanding_minor=0, next_due_on=None, next_due_minor=None
    )

    text = said(texts, MessageKind.PAYMENT_RECEIVED, data)

    assert "Nothing is left to pay." in text
    assert " left," not in text


def test_a_receipt_for_a_loan_given_up_says_so_and_asks_for_nothing_more(texts: Texts) -> None:
    parts = ("penalties_minor", "fees_minor", "interest_minor", "principal_minor", "overpaid_minor")
    data = data_of(
        MessageKind.PAYMENT_RECEIVED,
        **dict.fromkeys(parts, 0),
        recovered_minor=60_00,
        outstanding_minor=0,
        next_due_on=None,
        next_due_minor=None,
    )

    text = said(texts, MessageKind.PAYMENT_RECEIVED, data)

    assert "Paid: on the loan given up M60.00. Thank you for paying it all the same." in text
    assert "left to pay" not in text


def test_what_is_left_without_a_date_is_said_without_one(texts: Texts) -> None:
    data = data_of(
        MessageKind.PAYMENT_RECEIVED, recovered_minor=0, outstanding_minor=100_00, next_due_on=None, next_due_minor=None
    )

    assert "M100.00 left. " in said(texts, MessageKind.PAYMENT_RECEIVED, data)


def test_a_rejection_for_affordability_says_what_would_pass(texts: Texts) -> None:
    data = data_of(MessageKind.APPLICATION_REJECTED, reason_code="affordability", affordable_minor=1_200_00)

    text = said(texts, MessageKind.APPLICATION_REJECTED, data)

    assert "The instalments would be too much for your income." in text
    assert "An amount that your income allows is M1,200.00." in text


def test_a_rejection_for_another_reason_names_no_amount(texts: Texts) -> None:
    data = data_of(MessageKind.APPLICATION_REJECTED, reason_code="outside_policy", affordable_minor=None)

    text = said(texts, MessageKind.APPLICATION_REJECTED, data)

    assert "You may apply again." in text
    assert "M1," not in text


@pytest.mark.parametrize(("overpaid", "sentence"), [(0, "You owe nothing."), (5_00, "You paid M5.00 too much")])
def test_the_end_of_a_loan_says_what_was_paid_too_much(texts: Texts, overpaid: int, sentence: str) -> None:
    assert sentence in said(texts, MessageKind.LOAN_CLOSED, data_of(MessageKind.LOAN_CLOSED, overpaid_minor=overpaid))


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({}, ["Late: M999,999.99."]),
        ({"overdue_minor": 0}, ["Next: M999,999.99 on 25 Dec 2026."]),
        ({"overdue_minor": 0, "next_due_on": None, "next_due_minor": None}, ["Nothing is due."]),
        ({f"paid_{n}_{what}": None for n in (1, 2, 3) for what in ("on", "minor")}, ["Nothing was paid yet."]),
        (
            {"paid_1_minor": 3_00, "paid_2_minor": 2_00, "paid_3_on": None, "paid_3_minor": None},
            ["Paid last: M3.00 on 25 Dec 2026, M2.00 on 25 Dec 2026."],
        ),
    ],
)
def test_a_statement_says_what_is_due_and_what_was_paid_last(
    texts: Texts, changed: dict[str, Any], sentences: list[str]
) -> None:
    text = said(texts, MessageKind.LOAN_STATEMENT, data_of(MessageKind.LOAN_STATEMENT, **changed))

    assert all(sentence in text for sentence in sentences), text


def test_one_month_is_not_said_as_several(texts: Texts) -> None:
    text = said(texts, MessageKind.OFFER_MADE, a_term(1, "month", 1))

    assert "1 month." in text


@pytest.mark.parametrize(
    ("periods", "unit", "every", "english", "sesotho"),
    [
        (6, "month", 1, "M0.01 monthly, 6 months.", "M0.01 ka khoeli, likhoeli tse 6."),
        (12, "week", 1, "M0.01 weekly, 12 weeks.", "M0.01 ka beke, libeke tse 12."),
        (4, "week", 2, "M0.01 every 2 weeks, 4 fortnights (every 2 weeks).", "M0.01 ka libeke tse 2, litefo tse 4,"),
        (4, "month", 3, "M0.01 every 3 months, 4 payments, every 3 months.", "M0.01 ka likhoeli tse 3, litefo tse 4,"),
        (1, "month", 6, "M0.01 every 6 months, 6 months.", "M0.01 ka likhoeli tse 6, likhoeli tse 6."),
        (30, "day", 1, "M0.01 daily, 30 days.", "M0.01 ka letsatsi, matsatsi a 30."),
    ],
)
def test_an_offer_says_how_often_and_for_how_long(
    texts: Texts, periods: int, unit: str, every: int, english: str, sesotho: str
) -> None:
    data = a_term(periods, unit, every) | {"instalment_minor": 1, "last_minor": None}

    assert english in said(texts, MessageKind.OFFER_MADE, data)
    assert sesotho in said(texts, MessageKind.OFFER_MADE, data, "st_LS")


@pytest.mark.parametrize(
    ("is_level", "last", "english", "sesotho"),
    [
        (True, 14_485, "M115.00 weekly, last M144.85, 8 weeks.", "M115.00 ka beke, ea ho qetela M144.85,"),
        (False, None, "up to M115.00 weekly, 8 weeks.", "ho fihla ho M115.00 ka beke,"),
    ],
)
def test_an_offer_says_where_its_instalments_are_not_all_the_same(
    texts: Texts, is_level: bool, last: int | None, english: str, sesotho: str
) -> None:
    data = a_term(8, "week", 1) | {"instalment_minor": 11_500, "last_minor": last, "is_level": is_level}

    assert english in said(texts, MessageKind.OFFER_MADE, data)
    assert sesotho in said(texts, MessageKind.OFFER_MADE, data, "st_LS")


def test_a_name_is_never_read_as_a_template(texts: Texts) -> None:
    data = data_of(MessageKind.REGISTERED, given_names="{service_code} %s {0}")

    assert "welcome, {service_code} %s {0}." in said(texts, MessageKind.REGISTERED, data)


def test_a_missing_figure_is_an_error_and_no_message(texts: Texts) -> None:
    with pytest.raises(KeyError):
        said(texts, MessageKind.OFFER_MADE, {"mfi_name": "Khotso"})
