"""The PIN: what is refused at once, what is counted, and what locks."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from core.errors import InvalidInput
from core.records.message import MessageKind
from core.use_cases.pins import LOCK_MINUTES, PinResult, WeakPin, check_pin, check_pin_strength
from tests.core.use_cases.lending import PIN, Lending, new_phone
from tests.fixtures_postgres import MovableClock

BORN = date(1990, 5, 17)


@pytest.mark.parametrize("pin", ["0000", "1234", "4321", "111111", "1990", "1705", "0517", "170590"])
def test_what_others_would_guess_first_is_refused(pin: str) -> None:
    with pytest.raises(WeakPin):
        check_pin_strength(pin, BORN)


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "१२३४", "25 0"])
def test_a_pin_is_four_to_six_digits(pin: str) -> None:
    with pytest.raises(InvalidInput):
        check_pin_strength(pin)


@pytest.mark.parametrize("pin", ["2580", "1357", "90210", "135791"])
def test_others_are_taken(pin: str) -> None:
    check_pin_strength(pin, BORN)


async def test_the_third_wrong_one_locks_for_a_quarter_of_an_hour_and_says_so(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()

    results = [(await check_pin(lending.engine, phone, "9999", f"s:{n}")).result for n in range(3)]
    locked = await check_pin(lending.engine, phone, PIN, "s:4")
    clock.move(minutes=LOCK_MINUTES, seconds=1)
    afterwards = await check_pin(lending.engine, phone, PIN, "s:5")

    assert results == [PinResult.WRONG, PinResult.WRONG, PinResult.LOCKED]
    assert locked.result is PinResult.LOCKED
    assert afterwards.result is PinResult.OK
    assert len(await lending.messages(MessageKind.PIN_LOCKED)) == 1


async def test_the_fifth_wrong_one_needs_an_officer(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    for n in range(5):
        await check_pin(lending.engine, phone, "9999", f"s:{n}")
        clock.move(minutes=LOCK_MINUTES, seconds=1)

    assert (await check_pin(lending.engine, phone, PIN, "s:9")).result is PinResult.NEEDS_OFFICER


async def test_a_hop_delivered_twice_counts_once(lending: Lending) -> None:
    phone = await lending.borrower()

    first = await check_pin(lending.engine, phone, "9999", "s:1")
    again = await check_pin(lending.engine, phone, "9999", "s:1")

    assert again == first
    assert first.tries_left == 2


async def test_a_session_id_used_anew_another_day_gives_no_old_answer(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await check_pin(lending.engine, phone, PIN, "s:1")
    clock.move(days=2)

    assert (await check_pin(lending.engine, phone, "9999", "s:1")).result is PinResult.WRONG


async def test_parallel_sessions_buy_no_extra_tries(lending: Lending) -> None:
    phone = await lending.borrower()

    results = await asyncio.gather(
        *(check_pin(lending.engine, phone, "9999", f"s{n}:1") for n in range(4)), return_exceptions=True
    )
    later = await check_pin(lending.engine, phone, PIN, "late:1")

    assert not any(getattr(result, "result", None) is PinResult.OK for result in results)
    assert later.result in (PinResult.LOCKED, PinResult.NEEDS_OFFICER)


async def test_a_number_that_nobody_has_is_told_nothing_sooner(lending: Lending) -> None:
    assert (await check_pin(lending.engine, new_phone(), PIN, "s:1")).result is PinResult.UNKNOWN
