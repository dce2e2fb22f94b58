"""Changing one's PIN: the one that is known proves who asks, the new one replaces exactly that, and the number is told.

The notice goes to the number itself, because whoever took the phone for a minute is who would change its PIN.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.message import MessageKind
from core.records.wallet import CoolDownCause
from core.use_cases.callers import registered
from core.use_cases.cooling_down import start_cool_down
from core.use_cases.messages import tell
from core.use_cases.pins import hash_new_pin

_WRITE_TRIES: Final = 4


class PinNotNew(InvalidInput):
    """The PIN chosen is the one in use."""

    code = "pin_not_new"


class PinChange(StrEnum):
    """What came of a change. Superseded: another change came between the choice and this one, and stands."""

    CHANGED = "changed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class NewPin:
    """A PIN that was chosen, as its hash, and the mark of the one that it is to replace."""

    pin_hash: str
    replaces: str


async def choose_new_pin(engine: Engine, phone: PhoneNumber, pin: str) -> NewPin:
    """Weigh a PIN that a registered borrower would change to, and hash it; nothing is changed yet.

    Raises `WeakPin`, `PinNotNew`, `InvalidInput` (its form), `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id)
    pin_hash = await hash_new_pin(engine, pin, borrower.date_of_birth)
    if await engine.pin_hasher.verify(pin, entry.pin_hash):
        raise PinNotNew(field="pin")
    return NewPin(pin_hash, mark_of(entry.pin_hash))


async def change_pin(engine: Engine, phone: PhoneNumber, new: NewPin) -> PinChange:
    """Replace the PIN, and tell the number. The PIN in use was verified before.

    A hash has its own salt, so it names one choice: the same again finds itself in place and changes nothing more, and
    one that comes after another change never puts an older PIN back.

    Raises `NotRegistered`, `DistrictDown`, `Conflict`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        key = f"pin_changed:{entry.borrower_id}:{mark_of(new.pin_hash)}"
        # The notice is written first, so that a district that is down is found before the PIN is another.
        if await tell(engine, unit, MessageKind.PIN_CHANGED, entry.borrower_id, key=key):
            await start_cool_down(engine, unit, entry.borrower_id, CoolDownCause.PIN_CHANGED)
        change = await _replace(engine, phone, entry, new)
        if change is PinChange.CHANGED:
            with suppress(DistrictDown):  # the PIN is changed by now: that is what must be said, told or not
                await unit.commit()
    return change


async def _replace(engine: Engine, phone: PhoneNumber, entry: PhoneEntry, new: NewPin) -> PinChange:
    """Compare and set; failures and locks stay as they are, for they count attempts and not PINs."""
    for _ in range(_WRITE_TRIES):
        if entry.pin_hash == new.pin_hash:
            return PinChange.CHANGED
        if mark_of(entry.pin_hash) != new.replaces:
            return PinChange.SUPERSEDED
        if await engine.channel.directory.save_phone(replace(entry, pin_hash=new.pin_hash)):
            return PinChange.CHANGED
        entry = await registered(engine, phone)
    raise Conflict("the number's entry was changed from several places at once")


def mark_of(pin_hash: str) -> str:
    """Tells one kept hash from another without being one: it may stand in a conversation and in a key."""
    return hashlib.sha256(pin_hash.encode()).hexdigest()[:32]
