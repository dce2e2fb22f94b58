"""The borrower's machine passes the checker on USSD: every screen, in both languages, with the longest values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.ussd.pages import UssdRenderer
from conversations.engine.errors import Refused
from conversations.engine.validators import PersonName
from conversations.measures import LONGEST_NAMES, TASKS, check_borrower
from conversations.texts import load_texts
from core.gsm0338 import fold, septets


def test_every_screen_fits_every_text_is_there_and_no_task_takes_too_long() -> None:
    texts = load_texts()

    report = check_borrower(texts, UssdRenderer(texts))

    assert [str(finding) for finding in report.findings] == []
    inputs = {
        "register": 9,
        "apply for the first time": 11,
        "apply again": 6,
        "accept an offer": 3,
        "see what is due": 1,
        "see how to pay": 1,
        "see what closes a loan": 2,
        "pay from one's own wallet": 4,
        "change the wallet": 5,
        "cancel a loan before its payout": 4,
        "learn how to return the cash": 3,
    }
    assert {(row.task, row.language): row.inputs for row in report.tasks} == {
        (task, language): fewest for task, fewest in inputs.items() for language in ("en", "st_LS")
    }
    assert len(report.tasks) == 2 * len(TASKS)


def test_what_a_borrower_must_decide_on_is_one_page_with_ordinary_values() -> None:
    texts = load_texts()
    report = check_borrower(texts, UssdRenderer(texts))

    plain = {(row.screen, row.language): row.pages for row in report.screens}

    one_page = ("apply.amount", "apply.pin", "offer.pin", "register.pin", "repay.how", "apply.submitted")
    assert {plain[screen, language] for screen in one_page for language in ("en", "st_LS")} == {1}


LETTERS_THAT_GROW = "\u0161\u0160\u014b\u0153\u00fe\ufb01\ufb03\u01c6\u0149tTo"


@given(st.text("To", min_size=10, max_size=30), st.text(LETTERS_THAT_GROW, min_size=8, max_size=30))
def test_no_name_that_is_taken_needs_more_room_than_the_longest_that_is_measured(plain: str, growing: str) -> None:
    try:
        name = str(PersonName()(plain + growing, {}))
    except Refused:
        return

    assert septets(fold(name)) <= max(septets(fold(longest)) for longest in LONGEST_NAMES)


@pytest.mark.parametrize("typed", ["\ufb03" * 40, "t\u0161" * 20, "\u014b" * 40])
def test_a_name_that_would_be_spelt_much_longer_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        PersonName()(typed, {})


@pytest.mark.parametrize("typed", ["T\u0161eliso Mot\u0161eanong", "t\u0161" * 10 + "o" * 20])
def test_a_name_as_people_have_them_is_taken_as_it_is_written(typed: str) -> None:
    assert PersonName()(typed, {}) == typed
