"""What staff write for an SMS: in a phone's letters, counted as a phone counts, and otherwise as it was typed."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.records.staff_words import NAMED_MAX, NotOnPhones, TooLongForSms, check_words_for_sms


def checked(words: str, room: int = 10) -> str:
    return check_words_for_sms(words, room=room, field="answer")


def test_it_stays_in_the_letters_that_were_typed_on_one_line() -> None:
    assert checked("  tšeo\n \u201cea\u201d ") == "tšeo \u201cea\u201d"


@pytest.mark.parametrize("words", ["x" * 10, "€" * 5, "š" * 10, "ts" * 5, "tš" * 3 + "x"])
def test_what_just_fits_is_taken(words: str) -> None:
    assert checked(words) == words


@pytest.mark.parametrize(("words", "taken"), [("x" * 11, 11), ("€" * 5 + "x", 11), ("tš" * 4, 12), ("\u2026" * 4, 12)])
def test_what_phones_count_as_more_is_refused_with_both_numbers(words: str, taken: int) -> None:
    with pytest.raises(TooLongForSms) as refused:
        checked(words)

    assert (refused.value.taken, refused.value.room, refused.value.field) == (taken, 10, "answer")
    assert str(taken) in refused.value.message


def test_letters_that_a_phone_lacks_are_named_once_each() -> None:
    with pytest.raises(NotOnPhones) as refused:
        checked("\u4f60\u597d\u4f60?")

    assert (refused.value.characters, refused.value.field) == ("\u4f60\u597d", "answer")


def test_no_more_letters_are_named_than_find_them() -> None:
    with pytest.raises(NotOnPhones) as refused:
        checked("".join(chr(0x4E00 + n) for n in range(50)))

    assert len(refused.value.characters) == NAMED_MAX


def test_a_picture_is_dropped_but_pictures_alone_say_nothing() -> None:
    assert checked("Thank you \U0001f600") == "Thank you \U0001f600"
    with pytest.raises(NotOnPhones) as refused:
        checked("\U0001f600 \U0001f600 \U0001f601")
    assert refused.value.characters == "\U0001f600\U0001f601"


def test_nothing_is_no_answer() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(" \n ")

    assert refused.value.field == "answer"
