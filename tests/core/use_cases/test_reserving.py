"""A registration that is killed anywhere ends in one borrower or in none, and the same draft registers once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.use_cases.registration import (
    Registration,
    RegistrationOutcome,
    RegistrationUnderWay,
    register_borrower,
)
from core.use_cases.reserving import ReservationReleased, keep_reservation, settle_reservations
from tests.core.use_cases.crashing import ON_EACH, Killed, dying_after
from tests.core.use_cases.faulty_channel import too_late, with_calls
from tests.core.use_cases.lending import HOME, Lending, new_phone
from tests.core.use_cases.test_registration import command
from tests.fixtures_postgres import MovableClock

STEPS = ("reserve the phone", "reserve the identity", "insert the borrower", "activate the identity", "the phone")
MOST = 50

pytestmark = ON_EACH


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


async def entry_of(lending: Lending, phone: PhoneNumber) -> PhoneEntry | None:
    return await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))


@pytest.mark.parametrize("done", range(len(STEPS)), ids=[f"killed before: {step}" for step in STEPS])
async def test_a_registration_killed_at_any_step_is_settled_and_a_redial_registers_once(
    lending: Lending, clock: MovableClock, done: int
) -> None:
    wanted = command(lending)
    dying, fuse = dying_after(lending.engine, done)
    with pytest.raises(Killed):
        await register_borrower(dying, wanted)
    assert fuse.burnt == done + 1
    clock.move(minutes=11)

    await settle_reservations(lending.engine, HOME, MOST)

    entry = await entry_of(lending, wanted.phone)
    identity_hash = lending.engine.keyed_hash.national_id(wanted.national_id)
    identity = await lending.engine.channel.directory.identity(identity_hash)
    is_through = done > STEPS.index("insert the borrower")
    assert (entry is not None, identity is not None) == (is_through, is_through)
    assert not is_through or (entry and entry.state, identity and identity.state) == ("active", "active")

    again = await register_borrower(lending.engine, wanted)

    assert again.outcome is RegistrationOutcome.REGISTERED
    assert len(await lending.messages("registered")) == 1
    assert await settle_reservations(lending.engine, HOME, MOST) == 0


@pytest.mark.parametrize("done", range(1, len(STEPS)), ids=[f"killed before: {step}" for step in STEPS[1:]])
async def test_a_redial_before_the_worker_comes_finishes_the_same_registration(lending: Lending, done: int) -> None:
    wanted = command(lending)
    with pytest.raises(Killed):
        await register_borrower(dying_after(lending.engine, done)[0], wanted)

    again = await register_borrower(lending.engine, wanted)

    assert again.outcome is RegistrationOutcome.REGISTERED
    assert len(await lending.messages("registered")) == 1


async def test_what_is_younger_than_ten_minutes_is_left_alone(lending: Lending, clock: MovableClock) -> None:
    wanted = command(lending)
    with pytest.raises(Killed):
        await register_borrower(dying_after(lending.engine, 2)[0], wanted)
    clock.move(minutes=9)

    assert await settle_reservations(lending.engine, HOME, MOST) == 0
    assert await entry_of(lending, wanted.phone) is not None


async def test_an_insert_that_comes_after_the_release_writes_nothing(lending: Lending, clock: MovableClock) -> None:
    """The process was not dead but held up: it wakes between its reservations and its insert."""
    wanted = command(lending)
    held_up = HeldUp(lending, clock)

    with pytest.raises(ReservationReleased):
        await register_borrower(replace(lending.engine, record=held_up), wanted)  # type: ignore[arg-type]

    assert await lending.messages("registered") == []
    assert await entry_of(lending, wanted.phone) is None
    assert (await register_borrower(lending.engine, wanted)).outcome is RegistrationOutcome.REGISTERED


async def attempt(lending: Lending, phone: PhoneNumber, national_id: str) -> Registration | None:
    """What one dial comes to; None: it is told to dial again."""
    try:
        return await lending.register(phone, national_id=national_id)
    except RegistrationUnderWay:
        return None


async def test_two_dials_of_one_number_at_once_make_one_borrower(lending: Lending) -> None:
    phone = new_phone()

    results = await asyncio.gather(attempt(lending, phone, "1" * 12), attempt(lending, phone, "2" * 12))

    outcomes = [result.outcome for result in results if result is not None]
    assert outcomes.count(RegistrationOutcome.REGISTERED) == 1
    assert len(await lending.messages("registered")) == 1
    assert (await lending.register(phone, national_id="2" * 12)).outcome is RegistrationOutcome.PHONE_TAKEN


async def test_two_numbers_with_one_identity_at_once_make_one_borrower(lending: Lending) -> None:
    """Both may stand back from each other; then either is registered by dialling again, and the other is not."""
    phones = [new_phone(), new_phone()]

    await asyncio.gather(*(attempt(lending, phone, "3" * 12) for phone in phones))
    again = [await attempt(lending, phone, "3" * 12) for phone in phones]

    assert len(await lending.messages("registered")) == 1
    active = [entry for phone in phones if (entry := await entry_of(lending, phone)) and entry.state == "active"]
    assert len(active) == 1
    assert RegistrationOutcome.IDENTITY_KNOWN in {result.outcome for result in again if result}


async def test_one_draft_that_is_sent_twice_at_once_registers_once(lending: Lending) -> None:
    phone, draft = new_phone(), uuid4()

    results = await asyncio.gather(*(lending.register(phone, draft_id=draft) for _ in range(3)))

    assert len({result.borrower_id for result in results}) == 1
    assert len(await lending.messages("registered")) == 1


async def test_two_workers_that_settle_at_once_agree(lending: Lending, clock: MovableClock) -> None:
    wanted = command(lending)
    with pytest.raises(Killed):
        await register_borrower(dying_after(lending.engine, 3)[0], wanted)
    clock.move(minutes=11)

    await asyncio.gather(*(settle_reservations(lending.engine, HOME, MOST) for _ in range(2)))

    entry = await entry_of(lending, wanted.phone)
    assert entry is not None
    assert entry.state == "active"


async def test_a_reservation_that_is_kept_may_be_kept_again(lending: Lending) -> None:
    wanted = command(lending)
    with pytest.raises(Killed):
        await register_borrower(dying_after(lending.engine, STEPS.index("insert the borrower"))[0], wanted)
    entry = await entry_of(lending, wanted.phone)
    assert entry is not None

    for _ in range(2):
        async with lending.engine.record.unit(HOME) as unit:
            await keep_reservation(unit, entry.draft_id, entry.borrower_id)
            await unit.commit()


async def test_a_number_whose_entry_keeps_changing_takes_effect_when_the_worker_comes(
    lending: Lending, clock: MovableClock
) -> None:
    wanted = command(lending)

    with pytest.raises(Conflict):
        await register_borrower(with_calls(lending.engine, "directory", save_phone=too_late), wanted)

    reserved = await entry_of(lending, wanted.phone)
    clock.move(minutes=11)
    await settle_reservations(lending.engine, HOME, MOST)
    entry = await entry_of(lending, wanted.phone)
    assert reserved is not None
    assert entry is not None
    assert (reserved.state, entry.state) == ("reserved", "active")


class HeldUp:
    """The record plane of a process that sleeps eleven minutes before its first unit; the worker comes meanwhile."""

    def __init__(self, lending: Lending, clock: MovableClock) -> None:
        self._lending = lending
        self._clock = clock
        self._slept = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._lending.engine.record, name)

    def unit(self, district: str) -> object:
        return _Late(self, district)

    async def sleep(self) -> None:
        if not self._slept:
            self._slept = True
            self._clock.move(minutes=11)
            assert await settle_reservations(self._lending.engine, HOME, MOST) == 2


class _Late:
    def __init__(self, plane: HeldUp, district: str) -> None:
        self._plane = plane
        self._unit = plane._lending.engine.record.unit(district)

    async def __aenter__(self) -> object:
        await self._plane.sleep()
        return await self._unit.__aenter__()

    async def __aexit__(self, *reasons: object) -> object:
        return await self._unit.__aexit__(*reasons)  # type: ignore[arg-type]
