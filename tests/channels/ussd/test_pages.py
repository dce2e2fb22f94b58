from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.ussd.pages import PAGE_SEPTETS_MAX, UssdRenderer
from conversations.engine import Kind, OptionView, ScreenView, Text
from conversations.texts import Texts
from core.gsm0338 import is_gsm, septets

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


def test_it_is_known_on_which_page_an_option_stands() -> None:
    long = view("words " * 40, *[f"Loan product number {number}" for number in range(1, 10)])
    pages = USSD.pages(long)

    assert len(pages) > 2
    for option in long.options:
        assert f"{option.key}. {option.label}" in pages[USSD.option_page(long, option.key)]
    assert USSD.option_page(long, "98") == USSD.option_page(view("Choose", "One"), "1") == 0


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


SCREENS = {
    "offer": "Mohloli Savings & Credit: get M19,400.00 of M20,000.00\nM2,009.24 x12 monthly, last M2,034.00\n"
    "Cost M4,710.88: interest M4,110.88, fees M600.00, 94.82%/yr",
    "terms": "Reference 1234 567 890. Each instalment that is late costs M 50 a month more. You may cancel within "
    "3 days of getting M1,234.50, then the reference is worth nothing to anybody at all, whoever asks for it, ever.",
    "figures": "Owed M1,234.50\nNext: M353.53 on 23 Dec 2026\nLate by 12 days\nFees M50.00\n"
    "Interest M60.59\nPaid M1.00",
}
PHRASES = (
    *("get M19,400.00 of M20,000.00", "M2,009.24 x12 monthly", "last M2,034.00"),
    *("interest M4,110.88", "fees M600.00"),
    *("M 50 a month", "within 3 days of", "getting M1,234.50", "Reference 1234 567 890"),
    *("Owed M1,234.50", "Next: M353.53 on 23 Dec 2026", "by 12 days", "Paid M1.00"),
)


@pytest.mark.parametrize("size", range(60, 161, 4))
@pytest.mark.parametrize("screen", SCREENS)
def test_a_figure_is_never_parted_from_its_phrase(screen: str, size: int) -> None:
    pages = replace(USSD, size_max=size).pages(view(SCREENS[screen], "Accept"))

    assert all(septets(page) <= size for page in pages)
    for phrase in PHRASES:
        if phrase in SCREENS[screen]:
            assert any(phrase in page for page in pages), f"{phrase!r} is broken in {pages}"


def test_a_page_ends_at_the_end_of_a_line_where_there_is_one() -> None:
    first, second = USSD.pages(view(SCREENS["offer"], "Accept", "Terms"))

    assert "last M2,034.00\n98 More" in first
    assert second.startswith("Cost M4,710.88: interest M4,110.88, fees M600.00, 94.82%/yr\n1. Accept")


def test_a_paragraph_breaks_between_sentences() -> None:
    pages = USSD.pages(view(f"{'One sentence of some length stands here. ' * 5}And a last."))

    assert all(page.rpartition("\n")[0].endswith(".") for page in pages)


def test_a_sentence_longer_than_a_page_breaks_after_a_comma_before_it_breaks_elsewhere() -> None:
    first, second = USSD.pages(view(f"{'word ' * 22}here, {'word ' * 15}there"))

    assert first.endswith("here,\n98 More 0 Back 00 Home")
    assert second.startswith("word word")


def test_figures_that_are_compared_share_a_page_when_they_fit_one() -> None:
    figures = "Get M950.00 of M1,000.00\nM353.53 x3 monthly\nCost M110.59: interest M60.59, fees M50.00, 94.82%/yr"

    first, second = USSD.pages(view(f"You asked for this on Monday; this is what we can give.\n{figures}", "Accept"))

    assert figures not in first
    assert figures in second


def test_a_notice_does_not_take_a_page_of_its_own() -> None:
    fits_a_page_without_it = f"{'A sentence of the screen. ' * 5}And one."
    noticed = replace(view(fits_a_page_without_it), notice=Text("said", {"words": "Please type a number shown."}))

    first, second = USSD.pages(noticed)

    assert first.startswith("Please type a number shown.\nA sentence")
    assert second.startswith("A sentence")


@pytest.mark.parametrize("before", range(100, 140))
def test_the_words_that_say_what_a_figure_counts_stay_with_it(before: int) -> None:
    pages = USSD.pages(view(f"{'x ' * (before // 2)}M50.00 a month {'y' * 60}"))

    assert any("M50.00 a month" in page for page in pages), pages


@pytest.mark.parametrize("before", range(90, 132))
def test_what_a_colon_announces_stands_on_its_page(before: int) -> None:
    pages = USSD.pages(view(f"{'x' * before}. Fees: Credit insurance premium M50.00. {'y ' * 40}"))

    assert any("Fees: Credit" in page for page in pages), pages


def test_options_stay_whole_and_fill_the_page_of_the_text() -> None:
    first, second = USSD.pages(view("Choose what you want to do today.", *["An option of some length"] * 5))

    assert first.count("An option of some length") == 3
    assert second.count("An option of some length") == 2


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
