from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine import (
    ConversationDefect,
    FreeText,
    Matching,
    MobileNumber,
    PersonName,
    ReferenceNumber,
    Refused,
    Text,
    Validator,
    WholeNumber,
    national_id,
)
from conversations.engine.limits import ANSWER_LENGTH_MAX
from conversations.engine.reading import amount_within, clean, date_within, read_amount, read_date, years_from
from conversations.texts.filling import write
from core.money import Money
from core.references import Reference


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1500", 1500_00),
        ("1500.5", 1500_50),
        ("1500.05", 1500_05),
        ("M1500", 1500_00),
        ("m 1500", 1500_00),
        ("1,500", 1500_00),
        ("1 500.00", 1500_00),
        ("1,234,567", 1_234_567_00),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, minor: int) -> None:
    assert read_amount(typed) == Money(minor)


@pytest.mark.parametrize(
    "typed", ["", "M", "1.500", "1500.", ".5", "1,50", "1500,50", "-5", "5 maloti", "1e3", "١٥", "1" * 10, "12 34"]
)
def test_what_may_mean_another_amount_is_none(typed: str) -> None:
    assert read_amount(typed) is None


def test_the_bounds_of_an_amount_are_included() -> None:
    low, high = Money(100_00), Money(200_00)

    assert [amount_within(typed, low, high, None) for typed in ("100", "200")] == [low, high]
    for typed in ("99.99", "200.01"):
        with pytest.raises(Refused) as refused:
            amount_within(typed, low, high, None)
        assert refused.value.values == {"low": low, "high": high}


@pytest.mark.parametrize("typed", ["05101990", "5 10 1990", "5-10-1990", "5/10/1990", "5.10.1990", "5*10*1990"])
def test_a_date_is_read_day_month_year(typed: str) -> None:
    assert read_date(typed) == date(1990, 10, 5)


@pytest.mark.parametrize("typed", ["", "5101990", "31022000", "1990-10-05", "5 10 90", "00102000", "5 Oct 1990"])
def test_what_is_no_date_is_none(typed: str) -> None:
    assert read_date(typed) is None


def test_the_bounds_of_a_date_are_included() -> None:
    first, last = date(2000, 1, 1), date(2000, 1, 2)

    assert [date_within(typed, first, last) for typed in ("01012000", "02012000")] == [first, last]
    for typed in ("31121999", "03012000"):
        with pytest.raises(Refused, match=r"refused\.date_range"):
            date_within(typed, first, last)


@pytest.mark.parametrize(
    ("day", "years", "there"),
    [
        (date(2026, 10, 5), -18, date(2008, 10, 5)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
        (date(2026, 1, 1), -3000, date(1, 1, 1)),
    ],
)
def test_years_are_counted_by_the_calendar(day: date, years: int, there: date) -> None:
    assert years_from(day, years) == there


def test_a_text_is_composed_and_its_spaces_are_single() -> None:
    assert clean("  Mots\u030ceanong \t\n x ") == "Motšeanong x"


def test_marks_that_turn_or_hide_text_are_dropped() -> None:
    assert clean("a\u202eb\u200b\x1b[31m\x00c\ue000") == "ab[31mc"


def test_the_length_limit_is_included() -> None:
    assert clean("x" * ANSWER_LENGTH_MAX)
    with pytest.raises(Refused, match=r"refused\.too_long"):
        clean("x" * (ANSWER_LENGTH_MAX + 1))


@given(st.text(max_size=ANSWER_LENGTH_MAX))
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    once = clean(typed)

    assert clean(once[:ANSWER_LENGTH_MAX]) == once[:ANSWER_LENGTH_MAX].strip()


TAKEN: tuple[tuple[Validator, str, object], ...] = (
    (FreeText(), "x", "x"),
    (FreeText(longest=3), "xyz", "xyz"),
    (PersonName(), "'M\u2019e-Thabo Motšeanong Jr.", "'M'e-Thabo Motšeanong Jr."),
    (national_id(), "1234 5678-9012", "123456789012"),
    (Matching(r"[a-z]+", "no", such_as="xyz"), "abc", "abc"),
    (WholeNumber(1, 12), "12", 12),
    (WholeNumber("low", "high"), "3", 3),
    (ReferenceNumber(), str(Reference.make(10, lambda _: 7)), Reference.make(10, lambda _: 7)),
    (MobileNumber(), "58851234", "+26658851234"),
)


@pytest.mark.parametrize(("check", "typed", "value"), TAKEN)
def test_an_answer_becomes_a_value(check: Validator, typed: str, value: object) -> None:
    assert check(typed, {"low": 2, "high": 4}) == value


@pytest.mark.parametrize("check", [check for check, *_ in TAKEN if not isinstance(check, FreeText)], ids=repr)
def test_the_example_of_a_validator_is_taken_by_it(check: Validator) -> None:
    scope = {"low": 2, "high": 4}
    example = check.example(scope)

    assert example is not None
    assert check(write(example, lambda text: text.message), scope)


def test_the_example_of_free_text_is_in_the_words_that_its_flow_names() -> None:
    assert FreeText(such_as="complaint.like").example({}) == Text("complaint.like")
    assert FreeText().example({}) is None


REFUSED: tuple[tuple[Validator, str], ...] = (
    (FreeText(), ""),
    (FreeText(longest=3), "wxyz"),
    (PersonName(), "T"),
    (PersonName(), "Thabo 2"),
    (PersonName(), "--"),
    (PersonName(longest=5), "Thabisa"),
    (national_id(), "12345678901"),
    (national_id(), "١٢٣٤٥٦٧٨٩٠١٢"),
    (WholeNumber(1, 12), "0"),
    (WholeNumber(1, 12), "13"),
    (WholeNumber(1, 12), "1.5"),
    (WholeNumber("low", "high"), "5"),
    (ReferenceNumber(), "1234567890"),
    (MobileNumber(), "123"),
)


@pytest.mark.parametrize(("check", "typed"), REFUSED)
def test_another_is_refused_with_a_sentence_that_the_validator_lists(check: Validator, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        check(typed, {"low": 2, "high": 4})
    assert refused.value.message in check.refusals


def test_a_bound_that_no_read_brought_is_a_defect() -> None:
    with pytest.raises(ConversationDefect, match="term_max"):
        WholeNumber(1, "term_max")("3", {})
