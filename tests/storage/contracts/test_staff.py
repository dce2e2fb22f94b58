"""Staff, sessions and throttles."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.errors import Conflict, NotFound
from core.ports.record import Record
from core.records.staff import Invitation, Role, StaffMember, StaffSession
from tests.storage.samples import DISTRICT, LATER, MFI, NOW


def a_member(**changes: Any) -> StaffMember:
    member = StaffMember(
        id=uuid4(),
        district=DISTRICT,
        mfi_id=MFI,
        email="palesa@example.org",
        name="Palesa",
        roles=frozenset({Role.LOAN_OFFICER, Role.CASHIER}),
        language="en",
        password_hash="$argon2id$…",
        totp_secret=b"secret",
    )
    return replace(member, **changes)


def a_session(member: StaffMember, **changes: Any) -> StaffSession:
    session = StaffSession(
        token_hash=b"h" * 32,
        district=DISTRICT,
        staff_id=member.id,
        csrf_token="csrf",
        created_at=NOW,
        last_seen_at=NOW,
        verified_at=None,
        ip="192.0.2.1",
        user_agent="a browser",
        credentials_version=1,
    )
    return replace(session, **changes)


async def test_staff_are_found_by_id_and_by_email_however_it_is_typed(record: Record) -> None:
    member = a_member()
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(member)

        assert await unit.staff.get(member.id) == member
        assert await unit.staff.by_email(" Palesa@Example.org ") == member
        assert await unit.staff.by_email("thabo@example.org") is None
        with pytest.raises(NotFound):
            await unit.staff.get(uuid4())


async def test_an_email_is_one_members(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(a_member())
        with pytest.raises(Conflict):
            await unit.staff.add(a_member(email="PALESA@example.org"))


async def test_a_member_is_saved(record: Record) -> None:
    member = a_member()
    changed = replace(member, roles=frozenset({Role.MANAGER}), totp_secret=None, disabled_at=NOW, credentials_version=2)
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(member)
        await unit.staff.save(changed, over=member)

        assert await unit.staff.get(member.id) == changed
        with pytest.raises(Conflict):
            await unit.staff.save(replace(member, language="en"))
        with pytest.raises(NotFound):
            await unit.staff.save(a_member())


async def test_a_session_lives_until_it_is_ended(record: Record) -> None:
    member = a_member()
    session = a_session(member)
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(member)
        await unit.staff.add_session(session)
        await unit.staff.touch_session(session.token_hash, LATER)
        await unit.staff.touch_session(session.token_hash, NOW)  # a slower request that began earlier

        assert await unit.staff.session(session.token_hash) == replace(session, last_seen_at=LATER)

        await unit.staff.end_session(session.token_hash)
        assert await unit.staff.session(session.token_hash) is None


async def test_a_bucket_gives_its_tokens_then_says_how_long_to_wait(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        waits = [await unit.staff.take_tokens("ip", capacity=10, per_seconds=300, now=NOW) for _ in range(12)]
        other = await unit.staff.take_tokens("another", capacity=10, per_seconds=300, now=NOW)

    assert waits == [0] * 10 + [30, 30]
    assert other == 0


async def test_a_bucket_refills_evenly(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        for _ in range(10):
            await unit.staff.take_tokens("ip", capacity=10, per_seconds=300, now=NOW)

        half_a_minute = NOW + timedelta(seconds=30)
        assert await unit.staff.take_tokens("ip", capacity=10, per_seconds=300, now=half_a_minute) == 0
        assert await unit.staff.take_tokens("ip", capacity=10, per_seconds=300, now=half_a_minute) == 30
        much_later = NOW + timedelta(days=1)
        waits = [await unit.staff.take_tokens("ip", capacity=10, per_seconds=300, now=much_later) for _ in range(11)]
        assert waits == [0] * 10 + [30]


async def test_a_bucket_never_gives_more_than_it_has_to_many_at_once(record: Record) -> None:
    async def take() -> int:
        async with record.unit(DISTRICT) as unit:
            wait = await unit.staff.take_tokens("ip", capacity=3, per_seconds=300, now=NOW)
            await unit.commit()
            return wait

    waits = await asyncio.gather(*(take() for _ in range(8)))

    assert waits.count(0) == 3


async def test_a_token_given_back_can_be_taken_again_and_no_other(record: Record) -> None:
    async def take() -> int:
        async with record.unit(DISTRICT) as unit:
            wait = await unit.staff.take_tokens("ip", capacity=3, per_seconds=300, now=NOW)
            await unit.commit()
            return wait

    async def give() -> None:
        async with record.unit(DISTRICT) as unit:
            await unit.staff.give_token("ip", capacity=3, per_seconds=300)
            await unit.commit()

    assert [await take() for _ in range(4)] == [0, 0, 0, 100]
    await asyncio.gather(give(), give())

    waits = await asyncio.gather(*(take() for _ in range(6)))

    assert waits.count(0) == 2


def an_invitation(member: StaffMember, **changes: Any) -> Invitation:
    return replace(Invitation(member.id, b"i" * 32, NOW, NOW + timedelta(hours=24)), **changes)


async def test_a_member_has_one_invitation_the_last(record: Record) -> None:
    member = a_member()
    second = an_invitation(member, token_hash=b"j" * 32, made_at=LATER, expires_at=LATER + timedelta(hours=24))
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(member)
        await unit.staff.put_invitation(an_invitation(member))
        await unit.staff.put_invitation(second)

        assert await unit.staff.invitation(b"i" * 32) is None
        assert await unit.staff.invitation(b"j" * 32) == second


async def test_an_invitation_is_used_up_once(record: Record) -> None:
    member = a_member()
    async with record.unit(DISTRICT) as unit:
        await unit.staff.add(member)
        await unit.staff.put_invitation(an_invitation(member))

        assert await unit.staff.remove_invitation(b"i" * 32)
        assert not await unit.staff.remove_invitation(b"i" * 32)
        assert await unit.staff.invitation(b"i" * 32) is None


async def test_a_members_invitation_is_withdrawn_and_nobody_elses(record: Record) -> None:
    member, other = a_member(), a_member(email="thabo@example.org")
    async with record.unit(DISTRICT) as unit:
        for each, token_hash in ((member, b"i" * 32), (other, b"j" * 32)):
            await unit.staff.add(each)
            await unit.staff.put_invitation(an_invitation(each, token_hash=token_hash))

        await unit.staff.remove_invitation_of(member.id)

        assert await unit.staff.invitation(b"i" * 32) is None
        assert await unit.staff.invitation(b"j" * 32) is not None


async def test_a_recovery_code_is_taken_once_and_only_by_its_owner(record: Record) -> None:
    member, other = a_member(), a_member(email="thabo@example.org")
    async with record.unit(DISTRICT) as unit:
        for each in (member, other):
            await unit.staff.add(each)
        await unit.staff.replace_recovery_codes(member.id, [b"a" * 32, b"b" * 32])

        assert not await unit.staff.take_recovery_code(other.id, b"a" * 32)
        assert await unit.staff.take_recovery_code(member.id, b"a" * 32)
        assert not await unit.staff.take_recovery_code(member.id, b"a" * 32)
        assert await unit.staff.recovery_codes_left(member.id) == 1

        await unit.staff.replace_recovery_codes(member.id, [b"c" * 32])
        assert not await unit.staff.take_recovery_code(member.id, b"b" * 32)
        assert await unit.staff.recovery_codes_left(member.id) == 1
