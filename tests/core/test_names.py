"""A name is found however it is spelt: what officers leave out, or type another way, does not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import fold_name


@pytest.mark.parametrize(
    "typed",
    [
        "'Masekhantši",
        "Masekhantši",
        "MASEKHANTŠI",
        "masekhants\u030ci",
        "Masekhantsi",
        "Masekhantshi",
        "Masekhants'i",
        "\u2018Masekhants\u2019i",
        "\u02bcMasekhants\u02bci",
        "`Masekhants\u00b4i",
        "Ma-sekhantši",
        "Ma\u2011sekhantši",
        " Ma  Sekhantši\u00a0",
    ],
)
def test_apostrophes_carons_case_spaces_and_hyphens_do_not_count(typed: str) -> None:
    assert fold_name(typed) == "masekhantsi"


@pytest.mark.parametrize(("typed", "folded"), [("P. Mokoena", "pmokoena"), ("É\u0300lodie", "elodie"), ("-'. ", "")])
def test_full_stops_and_accents_do_not_count(typed: str, folded: str) -> None:
    assert fold_name(typed) == folded


@pytest.mark.parametrize("typed", ["%", "_", "\\", "(", "ł"])
def test_any_other_sign_and_every_letter_counts(typed: str) -> None:
    assert fold_name(typed) == typed


@given(st.text(alphabet="TtSsHhšŠ'\u2019 -Aa\u030c"), st.integers(0, 40))
def test_the_beginning_of_a_name_folds_to_the_beginning_of_the_folded_name(name: str, length: int) -> None:
    assert fold_name(name).startswith(fold_name(name[:length]))
