"""Members of staff as accepting an invitation leaves them: with a password and, as a rule, an authenticator."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from core.ports.directory import StaffEntry
from core.records.staff import Role, StaffMember
from core.totp import STEP_SECONDS, code_at
from core.use_cases.sign_in import SignedIn, sign_in
from tests.core.use_cases.lending import HOME, Lending

EMAIL: Final = "thabo@example.org"
PASSWORD: Final = "correct horse battery"
ADDRESS: Final = "192.0.2.1"


async def employed(lending: Lending, *, secret: bytes | None = b"s" * 20) -> StaffMember:
    """A manager who may sign in. secret: the authenticator's, None for one who has none."""
    engine = lending.engine
    member = StaffMember(
        id=uuid4(),
        district=HOME,
        mfi_id=lending.mfi.id,
        email=EMAIL,
        name="Thabo Nkuebe",
        roles=frozenset({Role.MANAGER}),
        language="en",
        password_hash=await engine.password_hasher.hash(PASSWORD),
        totp_secret=secret,
    )
    await engine.channel.directory.add_staff(StaffEntry(engine.keyed_hash.email(EMAIL), HOME, member.id))
    async with engine.record.unit(HOME) as unit:
        await unit.staff.add(member)
        await unit.commit()
    return member


async def try_sign_in(lending: Lending, email: str = EMAIL, password: str = PASSWORD) -> SignedIn:
    """From one address and one browser. Raises as `sign_in` does."""
    return await sign_in(lending.engine, email, password, ip=ADDRESS, user_agent="a browser")


def code_of(lending: Lending, member: StaffMember) -> str:
    """What the member's authenticator shows now."""
    assert member.totp_secret is not None
    return code_at(member.totp_secret, int(lending.engine.clock.now().timestamp()) // STEP_SECONDS)
