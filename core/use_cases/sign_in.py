"""Staff sign-in: sessions that expire, tokens of which only a hash is kept, and one answer to every failure.

All of it is in the staff member's home district, so that a district goes on working alone. The cookie carries the
district (`LS-A.token`); an e-mail that nobody has is treated in a district chosen by its hash, so that it costs and
throttles the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.errors import DomainError
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.staff import StaffMember, StaffSession
from core.use_cases.tokens import carried_token, read_token, token_digest, token_text

IDLE_MINUTES: Final = 15
ABSOLUTE_HOURS: Final = 10
_TOUCH_SECONDS: Final = 30
_WINDOW_SECONDS: Final = 300
_LONGEST_PASSWORD: Final = 128
_LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True)
class Throttle:
    """How many attempts a bucket takes in five minutes."""

    bucket: str
    capacity: int


class SignInRefused(DomainError):
    """The e-mail and the password do not belong together. Says the same whichever is wrong."""

    code = "sign_in_refused"


class TooManyAttempts(DomainError):
    """Too many attempts; `retry_after_seconds` says how long to wait."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `cookie` is the only copy of the token."""

    member: StaffMember
    session: StaffSession
    cookie: str


async def sign_in(engine: Engine, email: str, password: str, *, ip: str, user_agent: str) -> SignedIn:
    """Open a session. Raises `SignInRefused` or `TooManyAttempts`.

    An attempt is counted before it is looked at, so that many at once are not more than the limit; one that succeeds
    is given back, so that a whole branch behind one address can come to work at the same time.
    """
    email = email.strip().lower()[:_LONGEST_EMAIL]
    district = await _district_of(engine, email)
    async with engine.record.unit(district) as unit:
        wait = await take_attempt(engine, unit, _account(engine, email), ip)
        await unit.commit()
    if wait:
        raise TooManyAttempts(wait)
    async with engine.record.unit(district) as unit:
        member = await unit.staff.by_email(email)
    known = member.password_hash if member is not None and member.disabled_at is None else None
    fits = len(password) <= _LONGEST_PASSWORD
    matches = await engine.password_hasher.verify(password if fits else "", known)
    if member is None or known is None or not (matches and fits):
        raise SignInRefused
    return await _open_session(engine, member, email, password, ip=ip, user_agent=user_agent)


async def session_of(engine: Engine, cookie: str) -> tuple[StaffMember, StaffSession] | None:
    """Who a cookie belongs to; None for anything that is not a live session of an enabled member."""
    parsed = await read_token(engine, cookie)
    if parsed is None:
        return None
    district, token_hash = parsed
    async with engine.record.unit(district) as unit:
        session = await unit.staff.session(token_hash)
        if session is None:
            return None
        member = await unit.staff.get(session.staff_id)
        now = engine.clock.now()
        if not _is_live(session, member, now):
            await unit.staff.end_session(token_hash)
            await unit.commit()
            return None
        if now - session.last_seen_at > timedelta(seconds=_TOUCH_SECONDS):
            await unit.staff.touch_session(token_hash, now)
            await unit.commit()
    return member, session


async def sign_out(engine: Engine, cookie: str) -> None:
    """End the session of a cookie; a cookie that has none is as good as signed out."""
    parsed = await read_token(engine, cookie)
    if parsed is None:
        return
    district, token_hash = parsed
    async with engine.record.unit(district) as unit:
        await unit.staff.end_session(token_hash)
        await unit.commit()


def _is_live(session: StaffSession, member: StaffMember, now: datetime) -> bool:
    return (
        member.disabled_at is None
        and session.credentials_version == member.credentials_version
        and now - session.last_seen_at <= timedelta(minutes=IDLE_MINUTES)
        and now - session.created_at <= timedelta(hours=ABSOLUTE_HOURS)
    )


async def _district_of(engine: Engine, email: str) -> str:
    email_hash = engine.keyed_hash.email(email)
    entry = await engine.channel.directory.staff(email_hash)
    if entry is not None:
        return entry.district
    districts = sorted((await engine.record.catalogue()).districts)
    return districts[int.from_bytes(email_hash[:8], "big") % len(districts)]


async def take_attempt(engine: Engine, unit: Unit, subject: str, ip: str) -> int:
    """Count an attempt on a subject from an address; 0 when it may go on, else the seconds to wait."""
    now = engine.clock.now()
    waits = [
        await unit.staff.take_tokens(item.bucket, capacity=item.capacity, per_seconds=_WINDOW_SECONDS, now=now)
        for item in _throttles(subject, ip)
    ]
    return max(waits)


async def _give_back_attempt(unit: Unit, subject: str, ip: str) -> None:
    for item in _throttles(subject, ip):
        await unit.staff.give_token(item.bucket, capacity=item.capacity, per_seconds=_WINDOW_SECONDS)


def _throttles(subject: str, ip: str) -> tuple[Throttle, ...]:
    return Throttle(subject, 10), Throttle(f"ip:{ip}", 10), Throttle("all", 1_000)


def _account(engine: Engine, email: str) -> str:
    """The subject of attempts to sign in with an e-mail; neither the address nor who has it can be read from it."""
    return f"account:{engine.keyed_hash.email(email).hex()}"


def new_session(
    engine: Engine, member: StaffMember, *, ip: str, user_agent: str, verified_at: datetime | None
) -> SignedIn:
    """A session that is yet to be kept. `verified_at` None: the second factor is owed."""
    token = engine.identifiers.new_token()
    now = engine.clock.now()
    session = StaffSession(
        token_hash=token_digest(token),
        district=member.district,
        staff_id=member.id,
        csrf_token=token_text(engine.identifiers.new_token()),
        created_at=now,
        last_seen_at=now,
        verified_at=verified_at,
        ip=ip,
        user_agent=user_agent[:200],
        credentials_version=member.credentials_version,
    )
    return SignedIn(member, session, carried_token(member.district, token))


async def _open_session(
    engine: Engine, member: StaffMember, email: str, password: str, *, ip: str, user_agent: str
) -> SignedIn:
    verified_at = engine.clock.now() if member.totp_secret is None else None
    signed_in = new_session(engine, member, ip=ip, user_agent=user_agent, verified_at=verified_at)
    rehashed = None
    if engine.password_hasher.is_outdated(member.password_hash):
        rehashed = await engine.password_hasher.hash(password)
    async with engine.record.unit(member.district) as unit:
        if rehashed is not None:
            await unit.staff.save(replace(member, password_hash=rehashed))
        await unit.staff.add_session(signed_in.session)
        await _give_back_attempt(unit, _account(engine, email), ip)
        await unit.commit()
    return signed_in
