from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.rendering import CHAT_WORDS, LABEL_CHARACTERS_MAX, TelegramRenderer
from channels.telegram.screens import (
    BUTTONS_MAX,
    CALLBACK_BYTES_MAX,
    TEXT_CHARACTERS_MAX,
    Press,
    TelegramScreen,
    callback_data,
    read_callback,
)
from conversations.engine import Kind, Notice, OptionView, ScreenView, Text, notice_view
from conversations.engine.limits import CHOICES_MAX
from conversations.texts import Texts, load_texts

TEXTS = Texts({"en": {"said": "{words}", "footer.back": "Back", "footer.home": "Home", "footer.more": "More"}})
RENDERER = TelegramRenderer(TEXTS)


def view(words: str, *labels: str, kind: Kind = Kind.MENU, page: int = 0) -> ScreenView:
    return ScreenView(
        screen="f.a",
        kind=kind,
        language="en",
        text=Text("said"),
        values={"words": words},
        options=tuple(OptionView(str(number), label) for number, label in enumerate(labels, start=1)),
        page=page,
        can_go_back=True,
        can_go_home=True,
    )


def shown(screen: TelegramScreen) -> list[list[tuple[str, str]]]:
    return [[(button.label, button.key) for button in row] for row in screen.rows]


def test_each_option_is_a_button_of_its_own_and_the_reserved_keys_are_a_row() -> None:
    screen = RENDERER.screen(view("Choose", "Apply", "Repay"))

    assert screen.text == "Choose"
    assert shown(screen) == [[("1. Apply", "1")], [("2. Repay", "2")], [("Back", "0"), ("Home", "00")]]


def test_options_too_long_for_a_button_stand_in_the_text_and_their_numbers_are_buttons() -> None:
    long = "x" * (LABEL_CHARACTERS_MAX + 1)

    screen = RENDERER.screen(view("Choose", "Apply", long))

    assert screen.text == f"Choose\n1. Apply\n2. {long}"
    assert shown(screen)[0] == [("1", "1"), ("2", "2")]


def test_letters_of_sesotho_stay_as_they_are() -> None:
    assert RENDERER.screen(view("Mots\u0161eanong ts\u0161epo")).text == "Mots\u0161eanong ts\u0161epo"


def test_a_pin_screen_says_that_the_answer_is_secret() -> None:
    assert RENDERER.screen(view("PIN?", kind=Kind.PIN)).is_secret
    assert not RENDERER.screen(view("Name?", kind=Kind.QUESTION)).is_secret


def test_the_stored_form_is_canonical_and_reads_back() -> None:
    rendered = RENDERER.render(view("Choose", "Apply"))

    assert RENDERER.render(view("Choose", "Apply")) == rendered
    assert TelegramScreen.from_json(rendered).to_json() == rendered
    assert json.dumps(json.loads(rendered), ensure_ascii=False, separators=(",", ":"), sort_keys=True) == rendered


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"rows":[["a"]],"secret":false,"text":"x"}', "null"])
def test_what_is_no_stored_screen_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"stored screen|Expecting|unpack"):
        TelegramScreen.from_json(broken)


@given(st.text(min_size=1, max_size=12_000), st.integers(0, CHOICES_MAX))
def test_no_page_is_longer_than_a_message_and_nothing_is_lost(words: str, options: int) -> None:
    words = words.replace("{", "(").replace("}", ")")
    asked = view(words, *(f"option {n}" for n in range(options)), kind=Kind.LIST)

    pages = RENDERER.pages(asked)

    assert all(1 <= len(page.text) <= TEXT_CHARACTERS_MAX or not page.text.strip("\n") for page in pages)
    assert all(sum(map(len, page.rows)) <= BUTTONS_MAX + 3 for page in pages)
    pressed = [button.key for page in pages for row in page.rows for button in row if button.label.count(".")]
    assert pressed == [str(n) for n in range(1, options + 1)]
    assert len(pages) == RENDERER.count_pages(asked)
    assert all(shown(page)[-1][0] == ("More", "98") for page in pages[:-1])


@given(
    st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    st.integers(0, 999_999_999),
    st.from_regex(r"[0-9]{1,4}", fullmatch=True),
)
def test_a_buttons_data_fits_and_reads_back(session: str, turn: int, key: str) -> None:
    press = Press(session, turn, key)

    written = callback_data(press)

    assert len(written.encode()) <= CALLBACK_BYTES_MAX
    assert read_callback(written) == press


@given(st.text(max_size=80))
def test_data_of_no_button_of_ours_is_no_press(written: str) -> None:
    press = read_callback(written)

    assert press is None or callback_data(press) == written


def test_a_button_that_would_not_fit_is_never_made() -> None:
    with pytest.raises(ValueError, match="too long"):
        callback_data(Press("s" * 33, 1, "1"))


@pytest.mark.parametrize("language", ["en", "st_LS"])
def test_what_the_engine_says_of_dialling_is_said_of_chats(language: str) -> None:
    renderer = TelegramRenderer(load_texts())

    for notice in Notice:
        text = renderer.screen(notice_view(notice, language)).text
        assert "dial" not in text
        assert "letsa" not in text.lower()
    assert {notice.value for notice in Notice} - set(CHAT_WORDS) == {Notice.NOT_OURS.value}
    assert set(CHAT_WORDS) <= set(load_texts().messages[language])


@pytest.mark.parametrize("language", ["en", "st_LS"])
def test_after_a_wrong_pin_the_way_to_help_is_told_by_the_names_on_the_buttons(language: str) -> None:
    texts = load_texts()
    wrong = replace(view(""), language=language, kind=Kind.PIN, notice=Text("pin.wrong", {"tries_left": 2}))

    said = TelegramRenderer(texts).screen(replace(wrong, text=Text("pin.now"))).text

    assert not any(key in said for key in ("00", "6", "*"))
    for label in ("footer.home", "main.help", "help.pin"):
        assert texts.messages[language][label] in said


def test_a_view_of_a_page_that_is_not_there_shows_the_last() -> None:
    assert RENDERER.screen(replace(view("Choose"), page=7)).text == "Choose"
