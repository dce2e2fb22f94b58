"""What a member of staff changes about themselves never undoes what somebody else has decided about them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.errors import Conflict
from core.ports.directory import StaffEntry
from core.ports.engine import Engine
from core.records.borrower import Language
from core.records.staff import Role, StaffMember, StaffSession
from core.use_cases.inviting import disable_staff
from core.use_cases.own_account import change_language, end_other_sessions
from tests.core.use_cases.lending import HOME, Lending

EMAIL = "thabo@example.org"


async def shut_out(lending: Lending) -> StaffMember:
    """A member as a request had read them just before they were shut out."""
    member = StaffMember(
        id=uuid4(),
        district=HOME,
        mfi_id=lending.mfi.id,
        email=EMAIL,
        name="Thabo Nkuebe",
        roles=frozenset({Role.MANAGER}),
        language="en",
        password_hash="x",
    )
    engine = lending.engine
    await engine.channel.directory.add_staff(StaffEntry(engine.keyed_hash.email(EMAIL), HOME, member.id))
    async with engine.record.unit(HOME) as unit:
        await unit.staff.add(member)
        await unit.commit()
    await disable_staff(engine, EMAIL, disabled_by="the command line")
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
