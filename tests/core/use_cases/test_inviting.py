"""Inviting staff and accepting, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core.errors import DomainError, InvalidInput, NotFound
from core.passwords import PasswordNamesLender, PasswordTooShort
from core.ports.engine import Engine
from core.ports.environment import SecretHasher
from core.records.borrower import Language
from core.records.staff import Role, StaffMember
from core.totp import STEP_SECONDS, code_at
from core.use_cases.inviting import EmailTaken, Invited, InviteStaff, disable_staff, invite_staff
from core.use_cases.joining import AcceptInvitation, InvitationGone, Joined, accept_invitation, invited_member
from core.use_cases.own_account import WrongCode, use_recovery_code, verify_second_factor
from core.use_cases.sign_in import SignInRefused, TooManyAttempts, session_of, sign_in, sign_out
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock

PASSWORD = "correct horse battery"
EMAIL = "palesa.molapo@example.org"


@pytest.fixture
def mfi_code(lending: Lending) -> str:
    return lending.mfi.code


async def _invite(engine: Engine, lender: str, **changes: Any) -> Invited:
    command = InviteStaff(lender, EMAIL, "Palesa Molapo", frozenset({Role.LOAN_OFFICER}), "the command line")
    return await invite_staff(engine, replace(command, **changes))


def _code(engine: Engine, member: StaffMember) -> str:
    assert member.totp_secret is not None
    return code_at(member.totp_secret, int(engine.clock.now().timestamp()) // STEP_SECONDS)


async def _accept(engine: Engine, token: str, **changes: Any) -> Joined:
    member = await invited_member(engine, token)
    command = AcceptInvitation(token, PASSWORD, _code(engine, member), Language.SESOTHO)
    return await accept_invitation(engine, replace(command, **changes), ip="192.0.2.1", user_agent="a browser")


async def _sign_in(engine: Engine, password: str = PASSWORD) -> Any:
    return await sign_in(engine, EMAIL, password, ip="192.0.2.1", user_agent="a browser")


async def test_an_invited_person_joins_and_is_signed_in(engine: Engine, mfi_code: str) -> None:
    invited = await _invite(engine, mfi_code)

    joined = await _accept(engine, invited.token)

    known = await session_of(engine, joined.signed_in.cookie)
    assert known is not None
    member, session = known
    assert (member.email, member.disabled_at, member.language) == (EMAIL, None, "st_LS")
    assert session.verified_at is not None
    assert len(set(joined.recovery_codes)) == 10


async def test_later_they_sign_in_with_password_and_code(engine: Engine, mfi_code: str, clock: MovableClock) -> None:
    await _accept(engine, (await _invite(engine, mfi_code)).token)
    clock.move(minutes=5)

    half_way = await _sign_in(engine)
    assert half_way.session.verified_at is None
    whole = await verify_second_factor(engine, half_way.member, half_way.session, _code(engine, half_way.member))

    assert await session_of(engine, whole.cookie) is not None


async def test_the_code_that_proved_the_authenticator_signs_nobody_in_again(engine: Engine, mfi_code: str) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)
    half_way = await _sign_in(engine)

    with pytest.raises(WrongCode):
        await verify_second_factor(engine, half_way.member, half_way.session, _code(engine, joined.signed_in.member))


async def test_before_they_accept_nothing_signs_them_in(engine: Engine, mfi_code: str) -> None:
    await _invite(engine, mfi_code)

    for password in ("", PASSWORD):
        with pytest.raises(SignInRefused):
            await _sign_in(engine, password)


async def test_a_link_is_good_once(engine: Engine, mfi_code: str, clock: MovableClock) -> None:
    invited = await _invite(engine, mfi_code)
    member = await invited_member(engine, invited.token)
    await _accept(engine, invited.token)
    clock.move(minutes=1)

    with pytest.raises(InvitationGone):
        await accept_invitation(
            engine,
            AcceptInvitation(invited.token, "another long password", _code(engine, member), Language.ENGLISH),
            ip="192.0.2.1",
            user_agent="",
        )


async def test_of_two_who_accept_at_once_one_does(engine: Engine, mfi_code: str) -> None:
    invited = await _invite(engine, mfi_code)

    answers = await asyncio.gather(*(_accept(engine, invited.token) for _ in range(3)), return_exceptions=True)

    assert sum(isinstance(answer, Joined) for answer in answers) == 1
    assert all(isinstance(answer, Joined | DomainError) for answer in answers)


@pytest.mark.parametrize(("hours", "minutes", "open_"), [(23, 59, True), (24, 0, False)])
async def test_a_link_is_good_for_a_day(
    engine: Engine, mfi_code: str, clock: MovableClock, hours: int, minutes: int, open_: bool
) -> None:
    invited = await _invite(engine, mfi_code)
    clock.move(hours=hours, minutes=minutes)

    if open_:
        await _accept(engine, invited.token)
    else:
        with pytest.raises(InvitationGone):
            await _accept(engine, invited.token)


async def test_a_new_invitation_replaces_the_last_one_and_its_secret(engine: Engine, mfi_code: str) -> None:
    first = await _invite(engine, mfi_code)
    first_secret = (await invited_member(engine, first.token)).totp_secret

    second = await _invite(engine, mfi_code, name="Palesa M.", roles=frozenset({Role.CASHIER}))

    with pytest.raises(InvitationGone):
        await invited_member(engine, first.token)
    member = await invited_member(engine, second.token)
    assert (member.id, member.name, member.roles) == (first.member.id, "Palesa M.", frozenset({Role.CASHIER}))
    assert member.totp_secret != first_secret


async def test_whoever_signs_in_already_is_not_invited_over(engine: Engine, mfi_code: str) -> None:
    await _accept(engine, (await _invite(engine, mfi_code)).token)

    with pytest.raises(EmailTaken):
        await _invite(engine, mfi_code, email=EMAIL.upper())


async def test_an_email_belongs_to_one_lender_and_one_district(engine: Engine, lending: Lending, mfi_code: str) -> None:
    await _invite(engine, mfi_code)
    other = next(mfi for mfi in (await engine.record.catalogue()).mfis.values() if mfi.code != mfi_code)

    with pytest.raises(EmailTaken):
        await _invite(engine, other.code)
    with pytest.raises(EmailTaken):
        await _invite(engine, mfi_code, district="LS-C")


async def test_a_crash_after_the_email_was_reserved_is_made_good_by_inviting_again(
    engine: Engine, mfi_code: str
) -> None:
    with pytest.raises(DomainError):
        await _invite(_without_record(engine), mfi_code)

    await _accept(engine, (await _invite(engine, mfi_code)).token)


def _without_record(engine: Engine) -> Engine:
    class Down:
        catalogue = engine.record.catalogue

        def unit(self, _district: str) -> Any:
            raise NotFound("gone")

    return replace(engine, record=Down())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "palesa"}, "email"),
        ({"email": "pa lesa@example.org"}, "email"),
        ({"email": f"{'p' * 250}@example.org"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "p" * 101}, "name"),
        ({"name": "Palesa\x1b[31m"}, "name"),
        ({"roles": frozenset()}, "role"),
        ({"roles": frozenset({Role.PLATFORM_ADMIN})}, "role"),
        ({"district": "LS-X"}, "district"),
        ({"mfi_code": "nobody"}, "mfi"),
    ],
)
async def test_a_wrong_field_is_named_and_invites_nobody(
    engine: Engine, mfi_code: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises((InvalidInput, NotFound)) as refused:
        await _invite(engine, mfi_code, **changes)

    assert refused.value.field == field
    assert await engine.channel.directory.staff(engine.keyed_hash.email(EMAIL)) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"password": "too short"}, PasswordTooShort),
        ({"password": "palesa molapo, the officer"}, PasswordNamesLender),
        ({"code": "000000"}, WrongCode),
        ({"code": ""}, WrongCode),
    ],
)
async def test_what_is_refused_leaves_the_link_open(
    engine: Engine, mfi_code: str, changes: dict[str, str], refusal: type[DomainError]
) -> None:
    invited = await _invite(engine, mfi_code)

    with pytest.raises(refusal):
        await _accept(engine, invited.token, **changes)

    await _accept(engine, invited.token)


async def test_a_link_cannot_be_tried_for_ever(engine: Engine, mfi_code: str) -> None:
    invited = await _invite(engine, mfi_code)
    for _ in range(10):
        with pytest.raises(WrongCode):
            await _accept(engine, invited.token, code="000000")

    with pytest.raises(TooManyAttempts):
        await _accept(engine, invited.token)


@pytest.mark.parametrize("token", ["", "LS-A", "LS-A.", "LS-A.~", "LS-X.AAAA", "LS-A.AAAA", "x" * 5_000])
async def test_what_is_no_link_opens_nothing(engine: Engine, mfi_code: str, token: str) -> None:
    with pytest.raises(InvitationGone):
        await invited_member(engine, token)


async def test_a_recovery_code_stands_in_for_the_authenticator_once(
    engine: Engine, mfi_code: str, clock: MovableClock
) -> None:
    code = (await _accept(engine, (await _invite(engine, mfi_code)).token)).recovery_codes[3]
    clock.move(minutes=1)
    half_way = await _sign_in(engine)

    recovered = await use_recovery_code(engine, half_way.member, half_way.session, f" {code.lower()} ")

    assert recovered.codes_left == 9
    assert await session_of(engine, recovered.signed_in.cookie) is not None
    again = await _sign_in(engine)
    with pytest.raises(WrongCode):
        await use_recovery_code(engine, again.member, again.session, code)


async def test_a_recovery_code_is_its_owners(engine: Engine, mfi_code: str) -> None:
    code = (await _accept(engine, (await _invite(engine, mfi_code)).token)).recovery_codes[0]
    other = await _accept(engine, (await _invite(engine, mfi_code, email="thabo@example.org")).token)

    with pytest.raises(WrongCode):
        await use_recovery_code(engine, other.signed_in.member, other.signed_in.session, code)


async def test_recovery_codes_cannot_be_guessed_for_ever(engine: Engine, mfi_code: str) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)
    member, session = joined.signed_in.member, joined.signed_in.session
    for _ in range(5):
        with pytest.raises(WrongCode):
            await use_recovery_code(engine, member, session, "ABCD-EFGH-IJKL-MNOP")

    with pytest.raises(TooManyAttempts):
        await use_recovery_code(engine, member, session, joined.recovery_codes[0])


async def test_whoever_is_disabled_is_out_until_invited_again(
    engine: Engine, mfi_code: str, clock: MovableClock
) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)

    await disable_staff(engine, EMAIL.upper(), disabled_by="the command line")

    assert await session_of(engine, joined.signed_in.cookie) is None
    with pytest.raises(SignInRefused):
        await _sign_in(engine)
    clock.move(minutes=1)
    again = await _accept(engine, (await _invite(engine, mfi_code)).token, password="another long password")
    assert again.signed_in.member.id == joined.signed_in.member.id
    with pytest.raises(WrongCode):  # the codes of before are gone
        await use_recovery_code(engine, again.signed_in.member, again.signed_in.session, joined.recovery_codes[0])


async def test_disabling_kills_an_open_invitation(engine: Engine, mfi_code: str) -> None:
    invited = await _invite(engine, mfi_code)

    await disable_staff(engine, EMAIL, disabled_by="the command line")

    with pytest.raises(InvitationGone):
        await invited_member(engine, invited.token)


async def test_nobody_cannot_be_disabled(engine: Engine, mfi_code: str) -> None:
    with pytest.raises(NotFound):
        await disable_staff(engine, EMAIL, disabled_by="the command line")


async def test_a_code_that_joined_once_does_not_join_again_however_the_person_came_back(
    engine: Engine, mfi_code: str, clock: MovableClock
) -> None:
    await _accept(engine, (await _invite(engine, mfi_code)).token)
    await disable_staff(engine, EMAIL, disabled_by="the command line")
    again = await _invite(engine, mfi_code)

    with pytest.raises(WrongCode) as refused:
        await _accept(engine, again.token)
    clock.move(seconds=STEP_SECONDS)
    await _accept(engine, again.token)

    assert refused.value.field == "code"


async def test_staff_are_invited_where_their_lender_lends(engine: Engine, lending: Lending) -> None:
    catalogue = await engine.record.catalogue()
    elsewhere = next(code for code in sorted(catalogue.districts) if code != lending.mfi.head_office_district)
    small = replace(lending.mfi, id=uuid4(), code="small", districts=frozenset(), rail_accounts={})
    await engine.record.add_mfi(small)

    with pytest.raises(InvalidInput) as refused:
        await _invite(engine, small.code, district=elsewhere)

    assert refused.value.field == "district"


async def test_a_member_without_an_authenticator_has_no_second_factor_to_give(engine: Engine, mfi_code: str) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)
    bare = replace(joined.signed_in.member, totp_secret=None)

    with pytest.raises(WrongCode):
        await verify_second_factor(engine, bare, joined.signed_in.session, "000000")


async def test_what_is_no_cookie_is_nobodys_and_ends_no_session(engine: Engine, mfi_code: str) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)

    await sign_out(engine, "no cookie of ours")

    assert await session_of(engine, "no cookie of ours") is None
    assert await session_of(engine, joined.signed_in.cookie) is not None


async def test_a_password_that_was_hashed_the_old_way_is_hashed_anew_at_the_next_sign_in(
    engine: Engine, mfi_code: str, clock: MovableClock
) -> None:
    joined = await _accept(engine, (await _invite(engine, mfi_code)).token)
    stricter = replace(engine, password_hasher=Stricter(engine.password_hasher))

    await sign_in(stricter, EMAIL, PASSWORD, ip="192.0.2.1", user_agent="a browser")

    member = joined.signed_in.member
    async with engine.record.unit(member.district) as unit:
        assert (await unit.staff.get(member.id)).password_hash != member.password_hash
    await _sign_in(engine)


class Stricter:
    """The hasher of a later version, to which every hash is outdated."""

    def __init__(self, real: SecretHasher) -> None:
        self._real = real

    async def hash(self, secret: str) -> str:
        return await self._real.hash(secret)

    async def verify(self, secret: str, known: str | None) -> bool:
        return await self._real.verify(secret, known)

    def is_outdated(self, known: str) -> bool:
        return bool(known)
