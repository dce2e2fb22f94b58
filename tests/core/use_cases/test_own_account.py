"""What a member of staff does about their own session, which never undoes what somebody else decided about them."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from core.ports.engine import Engine
from core.records.borrower import Language
from core.records.staff import StaffMember, StaffSession
from core.use_cases.inviting import disable_staff
from core.use_cases.own_account import WrongCode, change_language, end_other_sessions, verify_second_factor
from core.use_cases.sign_in import TooManyAttempts, session_of
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.staff_members import EMAIL, code_of, employed, try_sign_in
from tests.fixtures_postgres import MovableClock


async def shut_out(lending: Lending) -> StaffMember:
    """A member as a request had read them just before they were shut out."""
    member = await employed(lending)
    await disable_staff(lending.engine, EMAIL, disabled_by="the command line")
    return member


async def is_shut_out(engine: Engine, member: StaffMember) -> bool:
    async with engine.record.unit(HOME) as unit:
        standing = await unit.staff.get(member.id)
    return standing.disabled_at is not None and standing.credentials_version == member.credentials_version + 1


async def test_who_was_shut_out_is_not_let_in_again_by_choosing_a_language(lending: Lending) -> None:
    member = await shut_out(lending)

    with pytest.raises(Conflict):
        await change_language(lending.engine, member, Language.SESOTHO)

    assert await is_shut_out(lending.engine, member)


async def test_who_was_shut_out_gets_no_session_by_ending_the_others(lending: Lending) -> None:
    member = await shut_out(lending)
    now = lending.engine.clock.now()
    session = StaffSession(b"t" * 32, HOME, member.id, "c", now, now, now, "192.0.2.1", "a browser", 1)

    with pytest.raises(Conflict):
        await end_other_sessions(lending.engine, member, session)

    assert await is_shut_out(lending.engine, member)


async def test_a_wrong_code_completes_no_sign_in_and_six_are_too_many(lending: Lending, clock: MovableClock) -> None:
    member = await employed(lending)
    half_way = await try_sign_in(lending)
    wrong = f"{(int(code_of(lending, member)) + 1) % 1_000_000:06d}"

    for _ in range(5):
        with pytest.raises(WrongCode):
            await verify_second_factor(lending.engine, member, half_way.session, wrong)
    with pytest.raises(TooManyAttempts) as told:
        await verify_second_factor(lending.engine, member, half_way.session, code_of(lending, member))
    clock.move(seconds=told.value.retry_after_seconds)
    whole = await verify_second_factor(lending.engine, member, half_way.session, code_of(lending, member))

    assert await session_of(lending.engine, half_way.cookie) is None
    known = await session_of(lending.engine, whole.cookie)
    assert known is not None
    assert known[1].verified_at == clock.now()


async def test_the_language_that_was_chosen_is_the_members_from_then_on(lending: Lending) -> None:
    member = await employed(lending)

    await change_language(lending.engine, member, Language.SESOTHO)

    assert (await try_sign_in(lending)).member.language == "st_LS"


async def test_ending_the_others_leaves_this_session_under_a_new_token(lending: Lending) -> None:
    member = await employed(lending)
    here, there = await try_sign_in(lending), await try_sign_in(lending)

    renewed = await end_other_sessions(lending.engine, member, here.session)

    for ended in (here, there):
        assert await session_of(lending.engine, ended.cookie) is None
    known = await session_of(lending.engine, renewed.cookie)
    assert known is not None
    assert known[1].created_at == here.session.created_at
