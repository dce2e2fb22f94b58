"""Who always comes second says so in the end: nothing is written over what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry, ReferenceEntry
from core.ports.engine import Engine
from core.records.borrower import Language
from core.use_cases.callers import registered
from core.use_cases.changing_pin import change_pin, choose_new_pin
from core.use_cases.locating import reserve_reference
from core.use_cases.pins import check_pin
from core.use_cases.preferring import change_language
from tests.core.use_cases.lending import HOME, PIN, Lending


class AlwaysFirst:
    """Somebody who writes each entry of the directory just before whoever is tested does."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return self if name == "directory" else getattr(self._real, name)

    async def save_phone(self, entry: PhoneEntry) -> bool:
        return False

    async def reserve_reference(self, entry: ReferenceEntry) -> ReferenceEntry:
        return replace(entry, owner="somebody else")

    async def phone(self, phone_hash: bytes) -> object:
        return await self._real.directory.phone(phone_hash)  # type: ignore[attr-defined]


def beside_another(engine: Engine) -> Engine:
    return replace(engine, channel=AlwaysFirst(engine.channel))  # type: ignore[arg-type]


async def new_pin(engine: Engine, phone: PhoneNumber) -> None:
    await change_pin(engine, phone, await choose_new_pin(engine, phone, "1357"))


async def a_try(engine: Engine, phone: PhoneNumber) -> None:
    await check_pin(engine, phone, PIN, "s:1")


async def another_language(engine: Engine, phone: PhoneNumber) -> None:
    await change_language(engine, phone, Language.ENGLISH)


@pytest.mark.parametrize("write", [new_pin, a_try, another_language])
async def test_a_number_whose_entry_keeps_changing_is_left_as_it_is(
    write: Callable[[Engine, PhoneNumber], Awaitable[None]], lending: Lending
) -> None:
    phone = await lending.borrower()
    before = await registered(lending.engine, phone)

    with pytest.raises(Conflict):
        await write(beside_another(lending.engine), phone)

    assert await registered(lending.engine, phone) == before


async def test_a_reference_that_is_always_taken_is_given_to_nobody(engine: Engine) -> None:
    with pytest.raises(Conflict):
        await reserve_reference(beside_another(engine), "loan", HOME, str(uuid4()))
