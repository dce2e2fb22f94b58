"""What networks do to a conversation, against the running product: doubled hops, dead sessions, wrong PINs."""

from __future__ import annotations

import asyncio

import pytest

from tests.journeys.borrower import PIN, apply, reference_on, register, to_summary
from tests.journeys.demo import Demo, Provider
from tests.journeys.phone import Phone

pytestmark = pytest.mark.journey


async def test_a_hop_delivered_twice_shows_the_same_screen_and_sends_one_application(
    phone: Phone, provider: Provider
) -> None:
    await register(phone)
    await to_summary(phone)
    await phone.choose("Accept")
    first = await phone.answer(PIN)

    again = await phone.repeat()

    assert again == first
    await provider.sms(phone.number, "M1,500.00")
    await asyncio.sleep(1)
    assert len([one for one in await provider.sent(phone.number) if reference_on_or_none(one["text"])]) == 1


async def test_the_last_hop_in_parallel_sends_one_application(phone: Phone, provider: Provider) -> None:
    await register(phone)
    await to_summary(phone)
    await phone.choose("Accept")
    phone.transcript += f"*{PIN}"

    screens = await asyncio.gather(*(phone.repeat() for _ in range(4)))

    references = {reference_on(screen) for screen in screens if reference_on_or_none(screen)}
    assert len(references) == 1


async def test_a_session_that_dies_after_the_amount_goes_on_with_the_next_dial(phone: Phone) -> None:
    await register(phone)
    await phone.choose("Apply")
    await phone.choose("Khotso Finance")
    await phone.choose("Thuso")
    await phone.answer("2500")
    phone.lose_network()

    await phone.dial()
    await phone.choose("Continue")
    await phone.choose("3 months")
    await phone.choose("School")
    await phone.choose("Salary")
    await phone.answer("7000")
    await phone.choose("This number")

    assert "M2,500.00" in phone.screen


async def test_a_wrong_pin_is_told_counted_and_locks_at_the_third(phone: Phone) -> None:
    await register(phone)
    await to_summary(phone)
    await phone.choose("Accept")

    first = await phone.answer("9999")
    assert "Wrong PIN" in first
    assert await phone.repeat() == first, "a repeated hop does not count twice"
    assert "Wrong PIN" in await phone.answer("9998")
    locked = await phone.answer("9997")

    assert "locked" in locked
    assert not phone.is_open


async def test_the_right_pin_after_a_wrong_one_sends_the_application(phone: Phone) -> None:
    await register(phone)
    await to_summary(phone)
    await phone.choose("Accept")
    await phone.answer("9999")

    assert reference_on(await phone.answer(PIN))


async def test_a_deep_dial_never_confirms_and_never_takes_a_pin(phone: Phone) -> None:
    await register(phone)

    await phone.dial(suffix=f"1*1*1*1500*1*1*1*6000*1*{PIN}")

    assert phone.is_open
    assert not reference_on_or_none(phone.screen)


async def test_somebody_elses_session_shows_nothing_of_it(phone: Phone, another_phone: Phone) -> None:
    await register(phone)
    await apply(phone)
    another_phone.session_id = phone.session_id
    another_phone.transcript = phone.transcript

    await another_phone.repeat()

    assert not reference_on_or_none(another_phone.screen)


async def test_a_number_from_elsewhere_is_told_so(phone: Phone) -> None:
    phone.number = "+27821234567"

    await phone.dial()

    assert not phone.is_open
    assert "Lesotho" in phone.screen


async def test_a_malformed_hop_is_refused_and_leaves_no_trace(phone: Phone, demo: Demo) -> None:
    async with phone.http.post(
        f"{demo.public}/hooks/demo/africastalking/ussd", data={"phoneNumber": phone.number, "text": ""}
    ) as answer:
        assert answer.status == 400

    await phone.dial()
    assert "English" in phone.screen, "still a number that nobody knows"


async def test_the_pin_is_nowhere_in_the_logs(phone: Phone, demo: Demo) -> None:
    await register(phone)
    await apply(phone)

    assert PIN not in demo.log.read_text().replace(phone.number, "")


def reference_on_or_none(text: str) -> str | None:
    try:
        return reference_on(text)
    except AssertionError:
        return None
