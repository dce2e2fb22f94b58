from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gsm0338 import BASIC, EXTENSION, fold, is_gsm, septets, unfoldable


def test_the_alphabet_has_127_characters_and_ten_more_behind_the_escape() -> None:
    # 3GPP TS 23.038, 6.2.1 and 6.2.1.1: 128 places, one of them the escape itself; the extension table has ten.
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("character", "^{}\\[~]|€\f")
def test_an_extension_character_costs_two(character: str) -> None:
    assert septets("a" + character) == 3


@pytest.mark.parametrize("character", "@£$è'_Δ&\n ")
def test_any_other_costs_one(character: str) -> None:
    assert septets(character) == 1


@pytest.mark.parametrize("character", "šŠōē\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022`\tç\u00a0")
def test_what_makes_a_network_send_ucs2_is_told(character: str) -> None:
    assert not is_gsm(character)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Motšeanong", "Mots'eanong"),
        ("TŠEPO", "TS'EPO"),
        ("Tšepo", "Ts'epo"),
        ("mots\u030ceanong", "mots'eanong"),
        ("Šimon aš", "Simon as"),
        ("\u2018M\u2019e", "'M'e"),
        ("\u201cyes\u201d", '"yes"'),
        ("1\u20132\u20143", "1-2-3"),
        ("wait\u2026", "wait..."),
        ("Lōē Çiçek Ñandú", "Loe Çicek Ñandu"),
        ("Łódź Øre ﬁ ½", "Lodz Øre fi ?"),
        ("a\u00a0b\tc", "a b c"),
        ("Thabo \U0001f600\U0001f3fd\u200d\u2764\ufe0f!", "Thabo !"),
        ("\u202eabc\x00", "abc"),
        ("one\r\ntwo", "one\ntwo"),
        ("Ивaн 王", "??a? ?"),
        ("è é ù ì ò à ñ ü [€]", "è é ù ì ò à ñ ü [€]"),
    ],
)
def test_a_text_is_folded_to_what_a_phone_shows(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_whatever_is_folded_is_gsm_and_folding_again_changes_nothing(written: str) -> None:
    folded = fold(written)

    assert is_gsm(folded)
    assert fold(folded) == folded


@given(st.text(alphabet=st.characters(categories=["L", "N"])))
def test_no_letter_and_no_digit_disappears(written: str) -> None:
    assert len(fold(written)) >= len(written.encode("utf-16-le").decode("utf-16-le")) - written.count("\u0345")


def test_what_has_no_likeness_is_named_once() -> None:
    assert unfoldable("王 and 王 and И? š") == "王И"
