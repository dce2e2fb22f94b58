"""The borrower's PIN: four to six digits that guard every act that binds, kept only as a peppered Argon2id hash."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from core.calendar import business_date_of
from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.message import MessageKind
from core.use_cases.messages import tell

PIN_LENGTHS: Final = (4, 5, 6)
FAILURES_TO_LOCK: Final = 3
FAILURES_TO_BLOCK: Final = 5
LOCK_MINUTES: Final = 15
_WRITE_TRIES: Final = 4


class WeakPin(InvalidInput):
    """The PIN is one that others would guess first."""

    code = "weak_pin"


class PinResult(StrEnum):
    """What came of an attempt."""

    OK = "ok"
    WRONG = "wrong"
    LOCKED = "locked"
    NEEDS_OFFICER = "needs_officer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PinCheck:
    """The result, how many tries are left before the next lock, and until when it is locked (UTC)."""

    result: PinResult
    tries_left: int = 0
    locked_until: datetime | None = None


def check_pin_strength(pin: str, date_of_birth: date | None = None) -> None:
    """Raise `WeakPin` for a repeated digit, a run or one's own birth date; `InvalidInput` for a wrong form."""
    if len(pin) not in PIN_LENGTHS or not (pin.isascii() and pin.isdigit()):
        raise InvalidInput("a PIN has four to six digits", field="pin")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise WeakPin(field="pin")
    if date_of_birth is not None and pin in _birth_pins(date_of_birth):
        raise WeakPin(field="pin")


def _birth_pins(born: date) -> frozenset[str]:
    return frozenset(born.strftime(form) for form in ("%Y", "%d%m", "%m%d", "%d%m%y", "%y%m%d"))


async def hash_new_pin(engine: Engine, pin: str, date_of_birth: date | None = None) -> str:
    """Check a chosen PIN and hash it for keeping."""
    check_pin_strength(pin, date_of_birth)
    return await engine.pin_hasher.hash(pin)


async def check_pin(engine: Engine, phone: PhoneNumber, pin: str, attempt: str) -> PinCheck:
    """Verify a PIN. `attempt` (session and turn) makes a repeat of the same hop return the same result, uncounted.

    Three wrong lock the number for fifteen minutes, five until an officer helps. A compare-and-set counts each attempt,
    so that parallel sessions cannot buy extra tries.
    """
    phone_hash = engine.keyed_hash.phone(phone)
    # A gateway that uses a session id anew on another day must not be given that day's answer.
    attempt = f"{attempt}@{business_date_of(engine.clock.now())}"
    for _ in range(_WRITE_TRIES):
        entry = await engine.channel.directory.phone(phone_hash)
        if entry is None or entry.state != "active":
            await engine.pin_hasher.verify(pin, None)
            return PinCheck(PinResult.UNKNOWN)
        if not entry.pin_hash:
            # The number is new to its borrower: there is nothing to try yet, and nothing to count.
            return PinCheck(PinResult.NEEDS_OFFICER)
        now = engine.clock.now()
        barred = _barred(entry, now)
        if entry.last_pin_attempt == attempt:
            return barred or PinCheck(PinResult(entry.last_pin_result), _tries_left(entry))
        if barred is not None:
            return barred
        matches = await engine.pin_hasher.verify(pin, entry.pin_hash)
        attempted = _after_attempt(entry, attempt, now, matches=matches)
        if await engine.channel.directory.save_phone(attempted):
            if _barred(attempted, now) is not None:
                await _warn(engine, attempted)
            return _barred(attempted, now) or PinCheck(PinResult(attempted.last_pin_result), _tries_left(attempted))
    raise Conflict("the PIN was tried from several places at once")


async def _warn(engine: Engine, entry: PhoneEntry) -> None:
    """Tell the number that its PIN is locked: whoever holds the SIM should know that somebody tries."""
    with suppress(DistrictDown):
        async with engine.record.unit(entry.district) as unit:
            key = f"pin_locked:{entry.borrower_id}:{entry.last_pin_attempt}"
            await tell(engine, unit, MessageKind.PIN_LOCKED, entry.borrower_id, key=key)
            await unit.commit()


def _barred(entry: PhoneEntry, now: datetime) -> PinCheck | None:
    if entry.pin_needs_officer:
        return PinCheck(PinResult.NEEDS_OFFICER)
    if entry.pin_locked_until is not None and now < entry.pin_locked_until:
        return PinCheck(PinResult.LOCKED, locked_until=entry.pin_locked_until)
    return None


def _tries_left(entry: PhoneEntry) -> int:
    limit = FAILURES_TO_LOCK if entry.pin_failures < FAILURES_TO_LOCK else FAILURES_TO_BLOCK
    return limit - entry.pin_failures


def _after_attempt(entry: PhoneEntry, attempt: str, now: datetime, *, matches: bool) -> PhoneEntry:
    failures = 0 if matches else entry.pin_failures + 1
    return replace(
        entry,
        pin_failures=failures,
        pin_locked_until=now + timedelta(minutes=LOCK_MINUTES) if failures == FAILURES_TO_LOCK else None,
        pin_needs_officer=failures >= FAILURES_TO_BLOCK,
        last_pin_attempt=attempt,
        last_pin_result=PinResult.OK if matches else PinResult.WRONG,
    )
