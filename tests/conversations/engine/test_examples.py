"""Each refusal but that of a secret shows an answer from the screen's own limits, and that answer is taken."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from channels.ussd.pages import UssdRenderer
from conversations.engine import DateQuestion, MoneyQuestion
from conversations.engine.examples import example_for, example_of
from conversations.engine.limits import ANSWER_LENGTH_MAX
from conversations.engine.reading import amount_within, date_within, read_date, years_from
from core.gsm0338 import septets
from core.money import Money
from tests.conversations.engine.clinic import CLINIC, TEXTS
from tests.conversations.engine.test_step import ANSWERS, TO_SUMMARY, TODAY
from tests.conversations.tester import Phone

SHOWN = re.compile(r"like (\S+?)(?:\n|$)")
AMOUNTS = st.integers(1, 999_999_99).map(Money)


@pytest.fixture
def phone() -> Phone:
    return Phone(CLINIC, UssdRenderer(TEXTS), ANSWERS, today=TODAY, measure=septets)


@pytest.mark.parametrize("wrong", ["", "\u0669", "x" * (ANSWER_LENGTH_MAX + 1), "{}%s", "99999999"])
@pytest.mark.parametrize("answered", range(len(TO_SUMMARY) + 1))
def test_what_a_refusal_shows_is_taken(phone: Phone, answered: int, wrong: str) -> None:
    standing = phone.dials().when(*TO_SUMMARY[:answered]).state.screen

    shown = SHOWN.search(phone.when(wrong).fits().text)

    assert shown is not None
    phone.shows(standing).when(shown[1])
    assert phone.state.screen != standing


def test_a_form_that_waits_shows_how_to_go_on(phone: Phone) -> None:
    phone.dials().when(*TO_SUMMARY[:2]).dials()

    phone.when("7").shows("start.resume").says("like 1").when("1").shows("order.name")


@pytest.mark.parametrize("wrong", ["12345", "abcd", "", "1" * (ANSWER_LENGTH_MAX + 1)])
def test_of_a_secret_only_its_length_is_said(phone: Phone, wrong: str) -> None:
    phone.dials().when(*TO_SUMMARY, "1", wrong).shows("order.pin").says("4 digits").says_not("like", "?\n4")


@given(AMOUNTS, AMOUNTS, st.none() | AMOUNTS)
def test_the_example_of_an_amount_is_within_its_bounds_and_steps(low: Money, high: Money, step: Money | None) -> None:
    screen = MoneyQuestion(name="a", text="a", saves="x", to="b", low=low, high="most", multiple=step)
    example = example_of(screen, {"most": high}, TODAY)

    assert isinstance(example, Money)
    assume(example <= high)
    assert amount_within(str(example), low, high, step) == example


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-120, 0), st.integers(0, 40))
def test_the_example_of_a_date_is_within_its_years(today: date, earliest: int, more: int) -> None:
    screen = DateQuestion(name="a", text="a", saves="x", to="b", earliest_years=earliest, latest_years=earliest + more)
    typed = str(example_for(screen, {}, today)["example"])

    assert date_within(typed, years_from(today, earliest), years_from(today, earliest + more)) == read_date(typed)
