from __future__ import annotations

import pytest

from channels.sms.codes import ShortCode, code_written_to
from channels.sms.keywords import KEYWORDS, Keyword, keyword_of


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("BAL", Keyword.BALANCE),
        (" bal. ", Keyword.BALANCE),
        ("Chelete?", Keyword.BALANCE),
        ("thuso", Keyword.HELP),
        ("STOP!", Keyword.STOP),
        ("qala", Keyword.START),
        ("Letsema", Keyword.MENU),
    ],
)
def test_a_word_is_known_whatever_its_case_and_punctuation(text: str, keyword: Keyword) -> None:
    assert keyword_of(text) is keyword


@pytest.mark.parametrize("text", ["", "1", "Palesa", "stop it", "BAL 2", "BALANCED", "98"])
def test_anything_beside_the_word_makes_it_an_answer(text: str) -> None:
    assert keyword_of(text) is None


def test_every_word_can_be_written_on_a_keypad() -> None:
    assert all(word.isascii() and word.isalpha() and word.isupper() for word in KEYWORDS)


def test_every_meaning_has_a_word() -> None:
    assert set(KEYWORDS.values()) == set(Keyword)


def test_a_code_of_ours_takes_every_text() -> None:
    assert ShortCode.parse("32555").text_for_us("anything at all") == "anything at all"


@pytest.mark.parametrize(
    ("text", "ours"), [("LETSEMA 1", "1"), ("letsema", ""), ("Letsema  a b", "a b"), ("LETSEMAX 1", None), ("1", None)]
)
def test_a_shared_code_takes_what_follows_its_word(text: str, ours: str | None) -> None:
    assert ShortCode.parse("30300:letsema").text_for_us(text) == ours


def test_a_message_belongs_to_the_code_that_it_was_sent_to() -> None:
    codes = (ShortCode("32555"), ShortCode("30300", "LETSEMA"))

    assert code_written_to(codes, "30300") == codes[1]
    assert code_written_to(codes, "+32555") is None
