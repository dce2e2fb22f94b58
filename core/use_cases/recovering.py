"""A PIN that was forgotten, or locked for good: staff who see the ID start it, the borrower ends it on the phone.

Three things must come together: the national ID as it stands on the card that the member of staff has in hand, the SIM
that a one-time code goes to, and the borrower who types it. No member of staff ever sees a PIN or a code.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn
from uuid import UUID

from core.calendar import business_date_of
from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.borrower import Borrower
from core.records.message import MessageKind
from core.records.recovery import PinReset, ResetProof
from core.records.staff import Actor, Permission
from core.records.wallet import CoolDownCause
from core.use_cases.auditing import audit
from core.use_cases.callers import entry_of, registered
from core.use_cases.changing_pin import mark_of
from core.use_cases.cooling_down import start_cool_down
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.messages import CODE_CONTEXT, tell
from core.use_cases.pins import hash_new_pin
from core.use_cases.sign_in import TooManyAttempts

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 10
CODE_TRIES: Final = 3
RESETS_A_DAY: Final = 3
"""For one borrower, whoever starts them: nine guesses a day at a million codes."""

STARTS_AN_HOUR: Final = 10
"""For one member of staff, right or wrong: typing IDs to learn whose they are is no work of theirs."""

_HOUR_SECONDS: Final = 3_600
_DAY_SECONDS: Final = 86_400
_WRITE_TRIES: Final = 4


class NotTheBorrower(InvalidInput):
    """That number and that national ID do not belong together, or nobody is registered with the number."""

    code = "not_the_borrower"


class CodeResult(StrEnum):
    """What came of a typed code. Over: there is none, it was used, it is too old, or was wrong too often."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


class ResetOutcome(StrEnum):
    """What came of a new PIN. Over: its time was up, or the PIN was changed in another way meanwhile."""

    RESET = "reset"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class StartPinReset:
    """What the member of staff types: the number, and the national ID as it stands on the card."""

    phone: PhoneNumber
    national_id: str
    key: str


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The result; with the right code, which reset it opens and the mark of the PIN that it is to replace."""

    result: CodeResult
    tries_left: int = 0
    reset_id: UUID | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class RecoveredPin:
    """A PIN chosen after the right code, as its hash, for one reset and in place of one other."""

    reset_id: UUID
    pin_hash: str
    replaces: str


async def start_pin_reset(engine: Engine, actor: Actor, command: StartPinReset) -> None:
    """Send a code to the borrower's number. An earlier code is good for nothing from then on.

    Raises `NotTheBorrower` (which of the two is wrong is not said), `TooManyAttempts`, `NotAllowed`, `DistrictDown`.
    """
    actor.require(Permission.BORROWER_RESET_PIN)
    await _take_turn(engine, actor)
    entry = await entry_of(engine, command.phone)
    if entry is None:
        await _refuse(engine, actor)
    async with engine.record.unit(entry.district) as unit:
        key = form_key(actor, command.key)
        if await earlier_outcome(unit, key, "start_pin_reset", command) is not None:
            return
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        if is_the_borrower(engine, borrower, command.national_id):
            await _start(engine, unit, actor, borrower)
            await unit.commands.complete(key, {"outcome": "started"})
            await unit.commit()
            return
    await _refuse(engine, actor)


async def open_proof(engine: Engine, phone: PhoneNumber) -> ResetProof | None:
    """What a caller may type to choose a PIN anew; None where nothing was started, or its time or tries are over.

    Raises `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        reset = await unit.pin_resets.newest(entry.borrower_id)
    return reset.proof if reset is not None and _is_open(reset, engine.clock.now()) else None


def identity_end(national_id: str) -> str:
    """The last digits of a national ID, as many as a code has."""
    return "".join(filter(str.isdigit, national_id))[-CODE_DIGITS:]


async def check_reset_code(engine: Engine, phone: PhoneNumber, code: str, attempt: str) -> CodeCheck:
    """Try a code; a wrong one counts, once for each `attempt` (session and turn): a hop may be delivered twice.

    Raises `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    now = engine.clock.now()
    async with engine.record.unit(entry.district) as unit:
        reset = await unit.pin_resets.newest(entry.borrower_id, lock=True)
        if reset is None:
            return CodeCheck(CodeResult.OVER)
        key = _attempt_key(reset, attempt, now)
        earlier = await earlier_outcome(unit, key)
        if earlier is not None:
            return _checked(reset, earlier)
        if not _is_open(reset, now):
            return CodeCheck(CodeResult.OVER)
        is_right = hmac.compare_digest(code_digest(engine, reset.id, code), reset.code_digest)
        tried = replace(reset, verified_at=now) if is_right else replace(reset, tries=reset.tries + 1)
        outcome = {"is_right": is_right, "tries": tried.tries, "replaces": mark_of(entry.pin_hash)}
        await unit.pin_resets.save(tried)
        await unit.commands.complete(key, outcome)
        await unit.commit()
    return _checked(reset, outcome)


def _attempt_key(reset: PinReset, attempt: str, now: datetime) -> str:
    """One attempt at one code, hashed to a length of ours. A gateway may use a session's id anew on another day."""
    named = f"{attempt}@{business_date_of(now)}"
    return f"reset_code:{reset.id}:{hashlib.sha256(named.encode()).hexdigest()}"


def _checked(reset: PinReset, outcome: Mapping[str, Any]) -> CodeCheck:
    if outcome["is_right"]:
        return CodeCheck(CodeResult.RIGHT, reset_id=reset.id, replaces=outcome["replaces"])
    tries_left = CODE_TRIES - int(outcome["tries"])
    return CodeCheck(CodeResult.WRONG if tries_left else CodeResult.OVER, tries_left)


async def choose_reset_pin(engine: Engine, phone: PhoneNumber, pin: str) -> str:
    """Weigh a PIN that is to be set anew, and hash it. Raises `WeakPin`, `InvalidInput`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id)
    return await hash_new_pin(engine, pin, borrower.date_of_birth)


async def reset_pin(engine: Engine, phone: PhoneNumber, new: RecoveredPin) -> ResetOutcome:
    """Set the PIN anew, open every lock on it, hold payouts for a day, and tell the number.

    The record is written first: a payout that was not held back would be worse than a PIN that has to be set again.
    The same again, for as long as the code would be good, finds or finishes the same.

    Raises `NotRegistered`, `DistrictDown`, `Conflict`.
    """
    entry = await registered(engine, phone)
    now = engine.clock.now()
    async with engine.record.unit(entry.district) as unit:
        reset = await unit.pin_resets.newest(entry.borrower_id, lock=True)
        if reset is None or reset.id != new.reset_id or not _may_choose(reset, now):
            return ResetOutcome.OVER
        if reset.used_at is None:
            await unit.pin_resets.save(replace(reset, used_at=now))
            await start_cool_down(engine, unit, entry.borrower_id, CoolDownCause.PIN_RESET)
            await tell(engine, unit, MessageKind.PIN_RESET, entry.borrower_id, key=f"pin_reset:{reset.id}")
            await unit.commit()
    return await _put_in_place(engine, phone, entry, new)


def _is_open(reset: PinReset, now: datetime) -> bool:
    return reset.used_at is None and now < reset.expires_at and reset.tries < CODE_TRIES


def _may_choose(reset: PinReset, now: datetime) -> bool:
    """From the right code on there are as many minutes again to choose a PIN."""
    return reset.verified_at is not None and now < reset.verified_at + timedelta(minutes=CODE_MINUTES)


def is_the_borrower(engine: Engine, borrower: Borrower, typed: str) -> bool:
    """Whether a national ID, as somebody typed it, is the borrower's."""
    return hmac.compare_digest(
        engine.keyed_hash.national_id(typed), engine.keyed_hash.national_id(borrower.national_id)
    )


async def _take_turn(engine: Engine, actor: Actor) -> None:
    async with engine.record.unit(actor.district) as unit:
        await take_token(engine, unit, f"pin_reset_by:{actor.staff_id}", STARTS_AN_HOUR, _HOUR_SECONDS)
        await unit.commit()


async def take_token(engine: Engine, unit: Unit, bucket: str, capacity: int, per_seconds: int) -> None:
    """Count an attempt against a bucket. Raises `TooManyAttempts`."""
    now = engine.clock.now()
    wait = await unit.staff.take_tokens(bucket, capacity=capacity, per_seconds=per_seconds, now=now)
    if wait:
        raise TooManyAttempts(wait)


async def _refuse(engine: Engine, actor: Actor) -> NoReturn:
    """Say no, and write it down where the actor's own trail is; what was typed is nobody's to keep."""
    async with engine.record.unit(actor.district) as unit:
        await audit(engine, unit, actor, "borrower.pin_reset_refused", "unknown")
        await unit.commit()
    raise NotTheBorrower(field="national_id")


async def _start(engine: Engine, unit: Unit, actor: Actor, borrower: Borrower) -> None:
    await take_token(engine, unit, f"pin_reset_of:{borrower.id}", RESETS_A_DAY, _DAY_SECONDS)
    now, reset_id = engine.clock.now(), engine.identifiers.new_id()
    code = str(engine.identifiers.random_below(10**CODE_DIGITS)).zfill(CODE_DIGITS)
    await unit.pin_resets.add(
        PinReset(
            id=reset_id,
            borrower_id=borrower.id,
            mfi_id=actor.mfi_id,
            code_digest=code_digest(engine, reset_id, code),
            started_by=actor.staff_id,
            started_by_name=actor.name,
            started_at=now,
            expires_at=now + timedelta(minutes=CODE_MINUTES),
        )
    )
    figures = await _code_figures(engine, actor, code)
    await tell(
        engine,
        unit,
        MessageKind.PIN_RESET_CODE,
        borrower.id,
        key=f"pin_reset_code:{reset_id}",
        mfi_id=actor.mfi_id,
        **figures,
    )
    await audit(engine, unit, actor, "borrower.pin_reset_started", borrower.id)


async def _code_figures(engine: Engine, actor: Actor, code: str) -> Mapping[str, object]:
    mfi = (await engine.record.catalogue()).mfi(actor.mfi_id)
    sealed = engine.sealer.seal(code.encode(), CODE_CONTEXT).hex()
    return {"mfi_name": mfi.name, "complaints_phone": mfi.complaints_phone, "code": sealed}


def code_digest(engine: Engine, reset_id: UUID, code: str) -> bytes:
    """What is kept of a code: good for one reset only."""
    return engine.keyed_hash.digest(f"pin reset {reset_id}", code.encode())


async def _put_in_place(engine: Engine, phone: PhoneNumber, entry: PhoneEntry, new: RecoveredPin) -> ResetOutcome:
    """Compare and set. A PIN that was changed since the code was typed stays: this one is the older."""
    for _ in range(_WRITE_TRIES):
        if entry.pin_hash == new.pin_hash:
            return ResetOutcome.RESET
        if mark_of(entry.pin_hash) != new.replaces:
            return ResetOutcome.OVER
        unlocked = replace(entry, pin_hash=new.pin_hash, pin_failures=0, pin_locked_until=None, pin_needs_officer=False)
        if await engine.channel.directory.save_phone(unlocked):
            return ResetOutcome.RESET
        entry = await registered(engine, phone)
    raise Conflict("the number's entry was changed from several places at once")
