"""Changing a PIN: only over the one that was verified, once, and never in silence."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import DistrictDown, Unit
from core.records.message import MessageKind
from core.use_cases.changing_pin import PinChange, PinNotNew, change_pin, choose_new_pin
from core.use_cases.pins import PinResult, WeakPin, check_pin
from tests.core.use_cases.lending import PIN, Lending

NEW_PIN = "1357"


async def opens(lending: Lending, phone: PhoneNumber, pin: str, attempt: str) -> bool:
    return (await check_pin(lending.engine, phone, pin, attempt)).result is PinResult.OK


async def test_the_new_pin_opens_the_old_one_does_not_and_the_number_is_told(lending: Lending) -> None:
    phone = await lending.borrower()

    result = await change_pin(lending.engine, phone, await choose_new_pin(lending.engine, phone, NEW_PIN))

    assert result is PinChange.CHANGED
    assert await opens(lending, phone, NEW_PIN, "s:1")
    assert not await opens(lending, phone, PIN, "s:2")
    assert len(await lending.messages(MessageKind.PIN_CHANGED)) == 1


async def test_the_same_change_again_changes_and_tells_nothing_more(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await choose_new_pin(lending.engine, phone, NEW_PIN)

    results = [await change_pin(lending.engine, phone, new) for _ in range(2)]

    assert results == [PinChange.CHANGED, PinChange.CHANGED]
    assert len(await lending.messages(MessageKind.PIN_CHANGED)) == 1


async def test_a_change_that_comes_late_never_puts_an_older_pin_back(lending: Lending) -> None:
    phone = await lending.borrower()
    first = await choose_new_pin(lending.engine, phone, NEW_PIN)
    await change_pin(lending.engine, phone, first)
    await change_pin(lending.engine, phone, await choose_new_pin(lending.engine, phone, "8642"))

    result = await change_pin(lending.engine, phone, first)

    assert result is PinChange.SUPERSEDED
    assert await opens(lending, phone, "8642", "s:1")


async def test_of_two_changes_at_once_one_is_made_and_one_is_told(lending: Lending) -> None:
    phone = await lending.borrower()
    chosen = [await choose_new_pin(lending.engine, phone, pin) for pin in (NEW_PIN, "8642")]

    results = await asyncio.gather(*(change_pin(lending.engine, phone, new) for new in chosen))

    assert sorted(results) == [PinChange.CHANGED, PinChange.SUPERSEDED]
    assert len(await lending.messages(MessageKind.PIN_CHANGED)) == 1


async def test_a_change_forgives_no_wrong_try(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await choose_new_pin(lending.engine, phone, NEW_PIN)
    for n in range(2):
        await opens(lending, phone, "9999", f"s:{n}")

    await change_pin(lending.engine, phone, new)

    assert (await check_pin(lending.engine, phone, "9999", "s:9")).result is PinResult.LOCKED


@pytest.mark.parametrize("pin", ["1234", "1990", "1705"])
async def test_one_that_others_would_guess_is_not_taken(lending: Lending, pin: str) -> None:
    phone = await lending.borrower()

    with pytest.raises(WeakPin):
        await choose_new_pin(lending.engine, phone, pin)


async def test_the_pin_in_use_is_not_a_new_one(lending: Lending) -> None:
    phone = await lending.borrower()

    with pytest.raises(PinNotNew):
        await choose_new_pin(lending.engine, phone, PIN)


async def test_with_the_district_down_the_pin_stays_what_it_was(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await choose_new_pin(lending.engine, phone, NEW_PIN)

    with pytest.raises(DistrictDown):
        await change_pin(_with_its_district_down(lending.engine), phone, new)

    assert await opens(lending, phone, PIN, "s:1")


def _with_its_district_down(engine: Engine) -> Engine:
    class Down:
        def unit(self, district: str) -> AbstractAsyncContextManager[Unit]:
            raise DistrictDown(district)

        def __getattr__(self, name: str) -> object:
            return getattr(engine.record, name)

    return replace(engine, record=Down())  # type: ignore[arg-type]
