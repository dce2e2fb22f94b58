from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from channels.simulator.phone import PhoneScreen
from channels.simulator.recording import MASK, NotASession, Session, difference, normalised
from channels.sms.rendering import SmsRenderer
from channels.telegram.rendering import TelegramRenderer
from channels.ussd.pages import UssdRenderer
from conversations.check.measuring import worst_views
from conversations.check.worst import OF_THE_ENGINE, Worst
from conversations.engine import ScreenView, Text
from conversations.engine.views import Kind
from conversations.flows import BORROWER
from conversations.measures import SMS_VALUES, WORST_VALUES
from conversations.texts import load_texts
from core.records.borrower import Channel

TEXTS = load_texts()
USSD = UssdRenderer(TEXTS)
SMS = SmsRenderer(TEXTS, "*384*555#")
CHAT = TelegramRenderer(TEXTS)


def by_ussd(view: ScreenView) -> list[PhoneScreen]:
    return [PhoneScreen(page, is_open=not view.ends, screen=view.screen) for page in USSD.pages(view)]


def by_sms(view: ScreenView) -> list[PhoneScreen]:
    return [PhoneScreen(page, is_open=True) for page in SMS.pages(view)]


def by_chat(view: ScreenView) -> list[PhoneScreen]:
    return [
        PhoneScreen("\n".join([page.text, *(f"[{button.label}]" for row in page.rows for button in row)]), is_open=True)
        for page in CHAT.pages(view)
    ]


SHOWN = {Channel.USSD: by_ussd, Channel.SMS: by_sms, Channel.TELEGRAM: by_chat}
"""A view as each simulated phone gets it."""


@cache
def views(language: str) -> list[ScreenView]:
    """Every screen with each sentence that may stand above it."""
    worst = Worst({**OF_THE_ENGINE, **SMS_VALUES, **WORST_VALUES}, TEXTS, USSD.measure)
    return list(worst_views(BORROWER, worst, language))


PIN_SCREEN = PhoneScreen("Enter your PIN to send.", is_open=True, screen="apply.pin")
MENU = PhoneScreen("Profile\n3. Change my PIN", is_open=True, screen="profile.menu")


def session(channel: Channel, *played: tuple[str, PhoneScreen], keeps_pins: bool = False) -> Session:
    made = Session(channel)
    for typed, screen in played:
        made.add(typed, screen, keeps_pins=keeps_pins)
    return made


def test_what_is_kept_is_read_back_as_it_was() -> None:
    made = session(Channel.USSD, ("dials", MENU), ("3", PhoneScreen("Bye.\n\nSee you.", is_open=False)), ("", MENU))

    read = Session.from_text(made.to_text())

    assert read == made
    assert read.to_text() == made.to_text()


def test_a_pin_is_masked_where_one_is_asked_for_and_nowhere_else() -> None:
    made = session(Channel.USSD, ("dials", MENU), ("2580", PIN_SCREEN), ("0", PIN_SCREEN), ("2580", MENU))

    assert [page.typed for page in made.pages] == ["dials", "2580", "0", MASK]
    assert "2580" not in made.to_text().split(MASK)[1]


@pytest.mark.parametrize("language", ["en", "st_LS"])
@pytest.mark.parametrize("channel", list(SHOWN))
@pytest.mark.parametrize("typed", ["2580", "258", "25801", "25 80", "2580#", "12345678", "pin 2580", "abcd", "\u0663"])
def test_whatever_is_typed_at_a_screen_for_a_secret_is_masked(channel: Channel, language: str, typed: str) -> None:
    for view in views(language):
        if view.kind is not Kind.PIN:
            continue
        for shown in SHOWN[channel](view):
            made = session(channel, ("dials", shown), (typed, MENU))
            assert made.pages[-1].typed == MASK, shown.text
            assert typed not in made.to_text().partition(">>> dials")[2].replace(shown.text, "")


@pytest.mark.parametrize("language", ["en", "st_LS"])
@pytest.mark.parametrize("channel", list(SHOWN))
def test_no_other_screen_of_the_borrowers_masks_what_is_typed(channel: Channel, language: str) -> None:
    for view in views(language):
        if view.kind is Kind.PIN:
            continue
        for shown in SHOWN[channel](view):
            made = session(channel, ("dials", shown), ("2580", MENU))
            assert made.pages[-1].typed == "2580", shown.text


@pytest.mark.parametrize("channel", list(SHOWN))
@pytest.mark.parametrize("typed", ["0", "00", "dials"])
def test_going_back_and_dialling_again_are_no_secrets(channel: Channel, typed: str) -> None:
    for view in views("en"):
        if view.kind is Kind.PIN:
            made = session(channel, ("dials", SHOWN[channel](view)[0]), (typed, MENU))
            assert made.pages[-1].typed == typed


def test_a_screen_that_the_channel_does_not_name_is_known_by_its_words() -> None:
    nameless = replace(PIN_SCREEN, screen="", text=TEXTS.say("en", Text("register.pin_again")))
    made = session(Channel.USSD, ("dials", nameless), ("258", MENU))

    assert made.pages[-1].typed == MASK


def test_the_demos_pins_are_kept() -> None:
    made = session(Channel.USSD, ("dials", PIN_SCREEN), ("2580", MENU), keeps_pins=True)

    assert made.pages[-1].typed == "2580"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Loan 4012 345 678 of 23 Nov 2026.", "Loan 0000 000 000 of 1 Jan 2000."),
        ("until 10:45", "until 00:00"),
        ("Type a date like 23111966.", "Type a date like 01012000."),
        ("like 58123456", "like 58123456"),
        ("M1,234.50 x3", "M1,234.50 x3"),
        ("+266 5885 1234", "+266 5885 1234"),
    ],
)
def test_references_dates_and_times_are_normal_and_amounts_are_not(text: str, normal: str) -> None:
    assert normalised(text) == normal


def test_pages_that_differ_in_chance_alone_are_the_same() -> None:
    one, other = (
        session(Channel.USSD, ("dials", PhoneScreen(f"Reference {number}.", is_open=False))).pages[0]
        for number in ("4012 345 678", "7788 112 233")
    )

    assert difference(one, other, 1) == ""


def test_the_end_of_a_session_is_a_difference() -> None:
    one, other = (
        session(Channel.USSD, ("1", PhoneScreen("Bye.", is_open=is_open))).pages[0] for is_open in (True, False)
    )

    assert "-[CON]\n+[END]" in difference(one, other, 7)


@pytest.mark.parametrize("text", ["", "hello", "# channel: fax\n>>> dials\n", "# channel: ussd\ndials"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(NotASession):
        Session.from_text(text)
