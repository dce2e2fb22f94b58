"""The whole way in a chat, against the running demo: link, register, apply, and unlink from the phone."""

from __future__ import annotations

import pytest

from tests.journeys.borrower import PIN, reference_on
from tests.journeys.chat import Chat
from tests.journeys.demo import Provider
from tests.journeys.phone import Phone

pytestmark = pytest.mark.journey


async def test_a_newcomer_registers_and_applies_in_a_chat_and_goes_on_by_phone(
    provider: Provider, phone: Phone
) -> None:
    chat = Chat(provider, phone.number)

    # Unknown to us: the number is linked first, then registered, with the PIN typed in the chat.
    await chat.link()
    await chat.choose("English")
    await chat.choose("I agree")
    await chat.write("Thabo", "Moshoeshoe", f"0900{phone.number[4:]}", "17051990")
    await chat.choose("Mokhotlong")
    await chat.write(PIN, PIN)
    assert "registered" in chat.screen
    pins = [message for message in await chat.written() if message["text"] == PIN]
    assert [message["deleted"] for message in pins] == [True, True]

    # An application, by buttons; its receipt comes into the chat.
    await chat.choose("Apply")
    await chat.choose("Khotso Finance")
    await chat.choose("Thuso")
    await chat.write("1500")
    await chat.choose("3 months")
    await chat.choose("Business")
    await chat.choose("Salary")
    await chat.write("6000")
    await chat.choose("This number")
    assert "M1,500.00" in "".join(str(message["text"]) for message in chat.messages)
    await chat.choose("Accept")
    await chat.write(PIN)
    reference = reference_on(chat.screen)

    # The phone knows the same application, and unlinks the chat.
    await phone.dial()
    await phone.choose("application")
    assert reference_on(phone.screen) == reference
    await phone.dial()
    await phone.choose("Profile")
    await phone.choose("Telegram")
    await phone.choose("Yes")
    await provider.sms(phone.number, "no Telegram chat is linked")
    await chat.write("5")
    assert "share your phone number" in chat.screen
