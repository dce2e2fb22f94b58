from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.ussd.gsm0338 import is_gsm, septets
from channels.ussd.pages import PAGE_SEPTETS_MAX, UssdRenderer
from conversations.engine import Kind, OptionView, ScreenView, Text
from conversations.texts import Texts

TEXTS = Texts(
    {
        "en": {
            "said": "{words}",
            "footer.back": "Back",
            "footer.home": "Home",
            "footer.more": "More",
        },
        "st_LS": {
            "said": "{words}",
            "footer.back": "Morao",
            "footer.home": "Qalong",
            "footer.more": "Tse ling",
        },
    }
)
USSD = UssdRenderer(TEXTS)


def view(words: str, *labels: str, kind: Kind = Kind.MENU, page: int = 0, language: str = "en") -> ScreenView:
    return ScreenView(
        screen="f.a",
        kind=kind,
        language=language,
        text=Text("said"),
        values={"words": words},
        options=tuple(OptionView(str(number), label) for number, label in enumerate(labels, start=1)),
        page=page,
        can_go_back=True,
        can_go_home=True,
    )


def test_a_page_has_the_text_the_options_and_what_else_can_be_pressed() -> None:
    assert USSD.render(view("Choose", "Apply", "Repay")) == "Choose\n1. Apply\n2. Repay\n0 Back 00 Home"


def test_the_reserved_keys_are_in_the_language() -> None:
    assert USSD.render(view("Khetha", language="st_LS")).endswith("0 Morao 00 Qalong")


def test_a_key_that_does_not_act_is_not_shown() -> None:
    shown = view("Choose", "Apply")

    assert USSD.render(replace(shown, can_go_back=False)).endswith("\n00 Home")
    assert USSD.render(replace(shown, can_go_back=False, can_go_home=False)) == "Choose\n1. Apply"


def test_a_notice_stands_above_the_text() -> None:
    noticed = replace(view("Choose"), notice=Text("said", {"words": "Saved"}))

    assert USSD.render(noticed).startswith("Saved\nChoose\n")


def test_a_label_that_is_a_message_is_said_in_the_language() -> None:
    named = replace(view("Choose"), options=(OptionView("1", Text("footer.more")),), language="st_LS")

    assert "1. Tse ling" in USSD.render(named)


def test_what_fits_to_the_last_septet_is_one_page() -> None:
    footer = len("\n0 Back 00 Home")
    exact = view("x" * (PAGE_SEPTETS_MAX - footer))

    assert [septets(page) for page in USSD.pages(exact)] == [160]
    assert USSD.count_pages(view("x" * (PAGE_SEPTETS_MAX - footer + 1))) == 2


def test_an_extension_character_takes_two() -> None:
    footer = len("\n0 Back 00 Home")

    assert USSD.count_pages(view("x" * (PAGE_SEPTETS_MAX - footer - 1) + "[")) == 2


@pytest.mark.parametrize("length", range(130, 165))
def test_a_page_that_is_followed_by_another_keeps_the_budget_whatever_its_first_line(length: int) -> None:
    pages = USSD.pages(view("x" * length, *["y" * length] * 3))

    assert all(septets(page) <= 160 for page in pages)


def test_more_is_offered_only_where_there_is_a_next_page_and_back_on_every_later_one() -> None:
    first, *_, last = USSD.pages(replace(view("words " * 60), can_go_back=False, can_go_home=False))

    assert first.endswith("\n98 More")
    assert last.endswith("\n0 Back")


def test_a_list_is_split_between_its_lines() -> None:
    pages = USSD.pages(view("Which?", *[f"Loan product number {number}" for number in range(1, 13)]))

    assert all(line.partition(".")[0].isdigit() for page in pages for line in page.split("\n")[1:-1])
    assert sum(page.count("Loan product number") for page in pages) == 12


def test_a_page_that_is_gone_shows_the_last() -> None:
    assert USSD.render(view("Choose", page=7)) == USSD.render(view("Choose"))


@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.PIN, Kind.END])
def test_a_question_and_an_end_are_never_split_nor_cut(kind: Kind) -> None:
    long = view("word " * 60, kind=kind)

    assert USSD.count_pages(long) == 1
    assert USSD.render(long).count("word") == 60


def test_a_word_longer_than_a_page_is_broken_and_all_of_it_shown() -> None:
    pages = USSD.pages(view("{" * 300))

    assert "".join(pages).count("{") == 300
    assert all(septets(page) <= 160 for page in pages)


def test_a_label_longer_than_a_page_is_broken_between_words() -> None:
    pages = USSD.pages(view("Choose", "fine print " * 30))

    assert sum(page.count("fine") for page in pages) == sum(page.count("print") for page in pages) == 30


@pytest.mark.parametrize("whole", ["5 Oct 2026", "1234 567 890", "+266 5885 1234"])
@pytest.mark.parametrize("before", range(118, 140))
def test_a_date_and_a_number_are_never_read_in_halves(whole: str, before: int) -> None:
    pages = USSD.pages(view(f"{'x' * before} {whole} {'y' * 60}"))

    assert len(pages) > 1
    assert sum(whole in page for page in pages) == 1


words = st.text(min_size=0, max_size=500)


@given(words, st.lists(st.text(max_size=60), max_size=20), st.sampled_from(["en", "st_LS"]))
def test_no_page_is_over_the_budget_and_no_visible_character_is_lost(
    said: str, labels: list[str], language: str
) -> None:
    shown = view(said, *labels, language=language)

    pages = USSD.pages(shown)

    assert all(septets(page) <= PAGE_SEPTETS_MAX and is_gsm(page) for page in pages)
    whole = USSD.pages(replace(shown, kind=Kind.QUESTION))[0].rpartition("\n")[0]
    split = "".join(page.rpartition("\n")[0] for page in pages)
    assert "".join(split.split()) == "".join(whole.split())


def test_what_is_measured_is_what_is_sent_folded() -> None:
    assert USSD.measure("Tšepo") == len("Ts'epo")
    assert USSD.unfit("Tšepo 王") == "王"
