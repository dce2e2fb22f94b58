"""Signing in: one answer to every failure, attempts that are counted first, and sessions that end."""

from __future__ import annotations

import pytest

from core.use_cases.sign_in import (
    ABSOLUTE_HOURS,
    IDLE_MINUTES,
    SignInRefused,
    TooManyAttempts,
    session_of,
    sign_out,
)
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.staff_members import EMAIL, employed, try_sign_in
from tests.fixtures_postgres import MovableClock

NOBODY = "nobody@example.org"
ATTEMPTS = 10


async def refused(lending: Lending, email: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await try_sign_in(lending, email, "a wrong password")


@pytest.mark.parametrize("email", [EMAIL, NOBODY], ids=["somebody's", "nobody's"])
async def test_ten_wrong_tries_in_five_minutes_are_all_that_an_address_gets(
    lending: Lending, clock: MovableClock, email: str
) -> None:
    """The same whether anybody has it, so that whoever tries learns nothing."""
    await employed(lending)
    await refused(lending, email, ATTEMPTS)

    with pytest.raises(TooManyAttempts) as told:
        await try_sign_in(lending, email)

    assert 0 < told.value.retry_after_seconds <= 300
    clock.move(seconds=told.value.retry_after_seconds)
    await refused(lending, email, 1)


async def test_the_right_password_waits_as_well_after_too_many_wrong_ones(
    lending: Lending, clock: MovableClock
) -> None:
    await employed(lending)
    await refused(lending, EMAIL, ATTEMPTS)

    with pytest.raises(TooManyAttempts) as told:
        await try_sign_in(lending)

    clock.move(seconds=told.value.retry_after_seconds)
    assert (await try_sign_in(lending)).member.email == EMAIL


async def test_who_signs_in_rightly_all_morning_is_never_told_to_wait(lending: Lending) -> None:
    await employed(lending)

    for _ in range(ATTEMPTS + 1):
        await try_sign_in(lending)


async def test_a_password_longer_than_any_that_can_be_chosen_is_wrong(lending: Lending) -> None:
    await employed(lending)

    with pytest.raises(SignInRefused):
        await try_sign_in(lending, password="x" * 129)


async def test_a_session_that_nobody_uses_ends_and_one_in_use_does_not(lending: Lending, clock: MovableClock) -> None:
    member = await employed(lending)
    used, unused = await try_sign_in(lending), await try_sign_in(lending)

    for _ in range(2):
        clock.move(minutes=IDLE_MINUTES - 1)
        found = await session_of(lending.engine, used.cookie)
        assert found is not None
        assert found[0].id == member.id

    assert await session_of(lending.engine, unused.cookie) is None
    async with lending.engine.record.unit(HOME) as unit:
        assert await unit.staff.session(unused.session.token_hash) is None


async def test_a_shift_ends_however_busy_it_was(lending: Lending, clock: MovableClock) -> None:
    await employed(lending)
    busy = await try_sign_in(lending)

    for _ in range(ABSOLUTE_HOURS * 6):
        clock.move(minutes=10)
        assert await session_of(lending.engine, busy.cookie) is not None
    clock.move(seconds=1)

    assert await session_of(lending.engine, busy.cookie) is None


async def test_who_signs_out_ends_that_session_alone(lending: Lending) -> None:
    await employed(lending)
    here, there = await try_sign_in(lending), await try_sign_in(lending)

    for _ in range(2):  # pressed twice
        await sign_out(lending.engine, here.cookie)

    assert await session_of(lending.engine, here.cookie) is None
    assert await session_of(lending.engine, there.cookie) is not None
