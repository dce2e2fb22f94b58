"""Reservations in the directory: kept or released, once and for all, in the record plane's one transaction.

The two planes share no transaction. So whoever writes what a reservation is for (the borrower, the changed number)
takes the reservation's key in that same transaction, and whoever gives a reservation up takes the same key first. One
of the two gets it; the other reads what it became. A write that comes late, after the release, finds the key and writes
nothing; a release that comes late finds the key and finishes instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import Conflict
from core.ports.directory import IdentityEntry, PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.use_cases.idempotency import earlier_outcome

RESERVED_FOR: Final = timedelta(minutes=10)
"""How long a reservation is left to whoever made it: many times what a hop, its claim and their repeats take."""

_ACTIVATION_TRIES: Final = 8

Reservation = PhoneEntry | IdentityEntry


class Fate(StrEnum):
    """What became of a reservation."""

    KEPT = "kept"
    RELEASED = "released"


class ReservationReleased(Conflict):
    """It took too long: the reservation was given back meanwhile. Begin again."""

    code = "reservation_released"


def reservation_key(draft_id: UUID, borrower_id: UUID) -> str:
    """A draft may reserve more than once, each time for a borrower's id of its own."""
    return f"reservation:{draft_id}:{borrower_id}"


async def keep_reservation(unit: Unit, draft_id: UUID, borrower_id: UUID) -> None:
    """Keep a reservation for good, with what this unit writes. Raises `ReservationReleased`."""
    key = reservation_key(draft_id, borrower_id)
    earlier = await earlier_outcome(unit, key)
    if earlier is None:
        await unit.commands.complete(key, {"fate": Fate.KEPT})
    elif earlier["fate"] != Fate.KEPT:
        raise ReservationReleased


async def settle_reservations(engine: Engine, district: str, limit: int) -> int:
    """Finish or release what was reserved in a district and left for ten minutes; how many were.

    Raises `DistrictDown`, `ChannelPlaneDown`: nothing is decided without the district's records.
    """
    before = engine.clock.now() - RESERVED_FOR
    directory = engine.channel.directory
    # An identity first: a number that is free again may be registered anew, and its identity must be free as well.
    left: list[Reservation] = [
        *await directory.reserved_identities(district, before, limit),
        *await directory.reserved_phones(district, before, limit),
    ]
    for entry in left:
        await _settle(engine, entry)
    return len(left)


async def activate(engine: Engine, entry: Reservation) -> None:
    """Let a reservation that is kept take effect. Raises `Conflict` when it stands there no more."""
    if isinstance(entry, IdentityEntry):
        await engine.channel.directory.activate_identity(entry)
    else:
        await _activate_phone(engine, entry)


async def release(engine: Engine, entry: Reservation) -> None:
    """Give a reservation back, if it still is one."""
    reserved = replace(entry, state="reserved")
    if isinstance(reserved, IdentityEntry):
        await engine.channel.directory.remove_identity(reserved)
    else:
        await engine.channel.directory.remove_phone(reserved)


async def _settle(engine: Engine, entry: Reservation) -> None:
    fate = await _decide(engine, entry)
    if fate is Fate.KEPT and isinstance(entry, IdentityEntry) and not await _is_in_the_record(engine, entry):
        fate = Fate.RELEASED
    await (activate if fate is Fate.KEPT else release)(engine, entry)


async def _decide(engine: Engine, entry: Reservation) -> Fate:
    """Whose the reservation's key is. Taking it waits for a transaction that holds it just now."""
    key = reservation_key(entry.draft_id, entry.borrower_id)
    async with engine.record.unit(entry.district) as unit:
        earlier = await earlier_outcome(unit, key)
        if earlier is not None:
            return Fate(earlier["fate"])
        await unit.commands.complete(key, {"fate": Fate.RELEASED})
        await unit.commit()
    return Fate.RELEASED


async def _is_in_the_record(engine: Engine, entry: IdentityEntry) -> bool:
    """Whether it is the borrower's national ID. One draft may reserve two, when the form is changed between attempts.

    The one that was not inserted must not stay theirs: it is somebody else's.
    """
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id)
    return engine.keyed_hash.national_id(borrower.national_id) == entry.identity_hash


async def _activate_phone(engine: Engine, reserved: PhoneEntry) -> None:
    entry: PhoneEntry | None = reserved
    for _ in range(_ACTIVATION_TRIES):
        if entry is None or (entry.draft_id, entry.borrower_id) != (reserved.draft_id, reserved.borrower_id):
            raise Conflict("the reservation was released meanwhile")
        if entry.state == "active" or await engine.channel.directory.save_phone(replace(entry, state="active")):
            return
        entry = await engine.channel.directory.phone(reserved.phone_hash)
    raise Conflict("the number's entry was changed from several places at once")
