"""What a member of staff does about their own session: second factor, recovery code, language, ending the others.

Whenever who one is has changed, the token changes too and the old one is dead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.errors import DomainError
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.borrower import Language
from core.records.staff import StaffMember, StaffSession
from core.totp import matching_step
from core.use_cases.auditing import audit
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.recovery_codes import recovery_code_digest
from core.use_cases.sign_in import SignedIn, TooManyAttempts
from core.use_cases.tokens import carried_token, token_digest, token_text

_ATTEMPTS: Final = ((5, 300), (20, 3_600), (50, 86_400))
"""How many codes one person may try: in five minutes, in an hour, in a day."""


class WrongCode(DomainError):
    """The code is not the one that the authenticator shows now, or it was used already."""

    code = "wrong_code"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A sign-in without the authenticator, and how many more of them there are codes for."""

    signed_in: SignedIn
    codes_left: int


async def verify_second_factor(engine: Engine, member: StaffMember, session: StaffSession, code: str) -> SignedIn:
    """Complete a sign-in with a code of the authenticator. Raises `WrongCode`, `TooManyAttempts`.

    A code is good once: the pair of person and time step is kept like any other one-use key.
    """
    if member.totp_secret is None:
        raise WrongCode
    async with engine.record.unit(member.district) as unit:
        wait = await _throttle(engine, unit, member)
        await unit.commit()
    if wait:
        raise TooManyAttempts(wait)
    now = engine.clock.now()
    step = matching_step(member.totp_secret, code, now)
    if step is None:
        raise WrongCode
    async with engine.record.unit(member.district) as unit:
        key = f"totp:{member.id}:{step}"
        if await earlier_outcome(unit, key) is not None:
            raise WrongCode
        renewed = await _renew(engine, unit, member, replace(session, verified_at=now))
        await unit.commands.complete(key, {})
        await unit.commit()
    return renewed


async def use_recovery_code(engine: Engine, member: StaffMember, session: StaffSession, code: str) -> Recovered:
    """Complete a sign-in with a recovery code, for whoever lost the authenticator. Raises as the second factor does."""
    async with engine.record.unit(member.district) as unit:
        wait = await _throttle(engine, unit, member)
        await unit.commit()
    if wait:
        raise TooManyAttempts(wait)
    async with engine.record.unit(member.district) as unit:
        if not await unit.staff.take_recovery_code(member.id, recovery_code_digest(engine, member.id, code)):
            raise WrongCode
        renewed = await _renew(engine, unit, member, replace(session, verified_at=engine.clock.now()))
        codes_left = await unit.staff.recovery_codes_left(member.id)
        await audit(engine, unit, member.actor, "staff.recovery_code_used", member.id, codes_left=codes_left)
        await unit.commit()
    return Recovered(renewed, codes_left)


async def change_language(engine: Engine, member: StaffMember, language: Language) -> None:
    """Show the portal in another language from now on."""
    async with engine.record.unit(member.district) as unit:
        await unit.staff.save(replace(member, language=language.value))
        await unit.commit()


async def end_other_sessions(engine: Engine, member: StaffMember, session: StaffSession) -> SignedIn:
    """End every session of this person but this one, which goes on under a new token."""
    async with engine.record.unit(member.district) as unit:
        changed = replace(member, credentials_version=member.credentials_version + 1)
        await unit.staff.save(changed, over=member)
        renewed = await _renew(engine, unit, changed, replace(session, credentials_version=changed.credentials_version))
        await unit.commit()
    return renewed


async def _renew(engine: Engine, unit: Unit, member: StaffMember, session: StaffSession) -> SignedIn:
    """Replace a session by one with new secrets. It keeps its beginning, so that a shift still ends when it does."""
    token = engine.identifiers.new_token()
    renewed = replace(
        session,
        token_hash=token_digest(token),
        csrf_token=token_text(engine.identifiers.new_token()),
        last_seen_at=engine.clock.now(),
    )
    await unit.staff.end_session(session.token_hash)
    await unit.staff.add_session(renewed)
    return SignedIn(member, renewed, carried_token(member.district, token))


async def _throttle(engine: Engine, unit: Unit, member: StaffMember) -> int:
    now = engine.clock.now()
    waits = [
        await unit.staff.take_tokens(f"totp:{seconds}:{member.id}", capacity=capacity, per_seconds=seconds, now=now)
        for capacity, seconds in _ATTEMPTS
    ]
    return max(waits)
