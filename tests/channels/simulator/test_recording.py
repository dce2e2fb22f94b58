from __future__ import annotations

import pytest

from channels.simulator.phone import PhoneScreen
from channels.simulator.recording import MASK, NotASession, Session, difference, normalised
from core.records.borrower import Channel

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


@pytest.mark.parametrize(("typed", "kept"), [("2580", MASK), ("25 80", "25 80"), ("3", "3"), ("1500", MASK)])
def test_a_chat_names_no_screen_so_four_digits_under_the_word_are_a_pin(typed: str, kept: str) -> None:
    made = session(Channel.TELEGRAM, ("dials", PhoneScreen("Enter your PIN.", is_open=True)), (typed, MENU))

    assert made.pages[-1].typed == kept


def test_the_demos_pins_are_kept() -> None:
    made = session(Channel.USSD, ("dials", PIN_SCREEN), ("2580", MENU), keeps_pins=True)

    assert made.pages[-1].typed == "2580"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Loan 4012 345 678 of 23 Nov 2026.", "Loan 0000 000 000 of 1 Jan 2000."),
        ("until 10:45", "until 00:00"),
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
