"""A form that is changed between two attempts of one registration: what was sent last is what counts, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ports.directory import IdentityEntry
from core.ports.engine import Engine
from core.use_cases.registration import (
    RegisterBorrower,
    RegistrationOutcome,
    RegistrationUnderWay,
    register_borrower,
)
from core.use_cases.reserving import settle_reservations
from tests.core.use_cases.crashing import ON_EACH, Killed, dying_after
from tests.core.use_cases.faulty_channel import too_late, with_calls
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.test_registration import command
from tests.fixtures_postgres import MovableClock

pytestmark = ON_EACH

BEFORE_INSERT, BEFORE_ACTIVATION = 2, 3
MISTYPED = "900000000001"


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


async def identity(lending: Lending, national_id: str) -> IdentityEntry | None:
    return await lending.engine.channel.directory.identity(lending.engine.keyed_hash.national_id(national_id))


async def killed(lending: Lending, wanted: RegisterBorrower, done: int) -> None:
    with pytest.raises(Killed):
        await register_borrower(dying_after(lending.engine, done)[0], wanted)


async def test_an_id_that_was_corrected_before_the_insert_keeps_nobody_else_from_registering(
    lending: Lending, clock: MovableClock
) -> None:
    wanted = command(lending)
    await killed(lending, replace(wanted, national_id=MISTYPED), BEFORE_INSERT)

    assert (await register_borrower(lending.engine, wanted)).outcome is RegistrationOutcome.REGISTERED
    clock.move(minutes=11)
    await settle_reservations(lending.engine, HOME, 50)

    assert await identity(lending, MISTYPED) is None
    own = await identity(lending, wanted.national_id)
    assert own is not None
    assert own.state == "active"
    others = replace(command(lending), national_id=MISTYPED)
    assert (await register_borrower(lending.engine, others)).outcome is RegistrationOutcome.REGISTERED


async def test_an_id_that_is_changed_after_the_insert_changes_nothing(lending: Lending, clock: MovableClock) -> None:
    """The answer was lost after the commit: the borrower stands as first sent, and so does the directory."""
    wanted = command(lending)
    await killed(lending, wanted, BEFORE_ACTIVATION)

    again = await register_borrower(lending.engine, replace(wanted, national_id=MISTYPED))
    clock.move(minutes=11)
    await settle_reservations(lending.engine, HOME, 50)

    assert again.outcome is RegistrationOutcome.REGISTERED
    assert await identity(lending, MISTYPED) is None
    own = await identity(lending, wanted.national_id)
    assert own is not None
    assert own.state == "active"


@pytest.mark.parametrize("done", [BEFORE_INSERT, BEFORE_ACTIVATION], ids=["before the insert", "after the insert"])
async def test_a_pin_that_was_chosen_again_is_the_one_that_counts(lending: Lending, done: int) -> None:
    wanted = command(lending)
    await killed(lending, wanted, done)
    chosen_again = await lending.engine.pin_hasher.hash("7391")

    await register_borrower(lending.engine, replace(wanted, pin_hash=chosen_again))

    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(wanted.phone))
    assert entry is not None
    assert (entry.state, entry.pin_hash) == ("active", chosen_again)


async def test_of_two_attempts_that_change_the_pin_at_once_one_is_told_to_come_again(lending: Lending) -> None:
    """Which of the two was chosen last nobody can know: it is asked once more."""
    wanted = command(lending)
    await killed(lending, wanted, BEFORE_INSERT)
    chosen_again = replace(wanted, pin_hash=await lending.engine.pin_hasher.hash("7391"))

    with pytest.raises(RegistrationUnderWay):
        await register_borrower(with_calls(lending.engine, "directory", save_phone=too_late), chosen_again)

    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(wanted.phone))
    assert entry is not None
    assert (entry.state, entry.pin_hash) == ("reserved", wanted.pin_hash)
    assert (await register_borrower(lending.engine, chosen_again)).outcome is RegistrationOutcome.REGISTERED
