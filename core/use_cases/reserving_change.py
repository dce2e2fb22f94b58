"""Reserving, in the directory, the number or the national ID that a change is to give a borrower."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import IdentityEntry, PhoneEntry
from core.ports.engine import Engine
from core.records.identity import ChangeKind, IdentityChange
from core.use_cases.reserving import Reservation


class NumberTaken(InvalidInput):
    """The new number is somebody's, or is just being registered."""

    code = "number_taken"


class IdentityTaken(InvalidInput):
    """The national ID is somebody's already, perhaps this borrower's own."""

    code = "identity_taken"


async def check_free(engine: Engine, kind: ChangeKind, new: str) -> None:
    """Nobody has it now. Raises `NumberTaken`, `IdentityTaken`."""
    directory, keyed_hash = engine.channel.directory, engine.keyed_hash
    if kind is ChangeKind.NUMBER:
        if await directory.phone(keyed_hash.phone(PhoneNumber.parse(new))) is not None:
            raise NumberTaken(field="new_phone")
    elif await directory.identity(keyed_hash.national_id(new)) is not None:
        raise IdentityTaken(field="national_id")


async def reserve_new(engine: Engine, change: IdentityChange) -> Reservation:
    """Reserve it, or find what an attempt that was killed has reserved for the same borrower.

    Each reservation has an id of its own, because one that the worker has released can never be kept.
    Raises `NumberTaken`, `IdentityTaken`, `Conflict` (the borrower's entry is gone).
    """
    standing = await (_reserve_number if change.kind is ChangeKind.NUMBER else _reserve_identity)(engine, change)
    if standing.borrower_id != change.borrower_id or standing.state != "reserved":
        raise NumberTaken(field="new_phone") if change.kind is ChangeKind.NUMBER else IdentityTaken(field="national_id")
    return standing


async def standing_old(engine: Engine, change: IdentityChange) -> Reservation:
    """The borrower's entry that the change gives up. Raises `Conflict` when it is not theirs any more."""
    directory, keyed_hash = engine.channel.directory, engine.keyed_hash
    entry: Reservation | None
    if change.kind is ChangeKind.NUMBER:
        entry = await directory.phone(keyed_hash.phone(PhoneNumber.parse(change.old)))
    else:
        entry = await directory.identity(keyed_hash.national_id(change.old))
    if entry is None or entry.borrower_id != change.borrower_id or entry.state != "active":
        raise Conflict("the borrower's entry in the directory is another by now")
    return entry


async def _reserve_number(engine: Engine, change: IdentityChange) -> PhoneEntry:
    old = await standing_old(engine, change)
    return await engine.channel.directory.reserve_phone(
        PhoneEntry(
            phone_hash=engine.keyed_hash.phone(PhoneNumber.parse(change.new)),
            state="reserved",
            district=change.district,
            borrower_id=change.borrower_id,
            draft_id=engine.identifiers.new_id(),
            language=old.language if isinstance(old, PhoneEntry) else "",
            # A PIN belongs to the SIM it was typed on: whoever held the old one may know it.
            pin_hash="",
            reserved_at=engine.clock.now(),
        )
    )


async def _reserve_identity(engine: Engine, change: IdentityChange) -> IdentityEntry:
    return await engine.channel.directory.reserve_identity(
        IdentityEntry(
            identity_hash=engine.keyed_hash.national_id(change.new),
            state="reserved",
            district=change.district,
            borrower_id=change.borrower_id,
            draft_id=engine.identifiers.new_id(),
            reserved_at=engine.clock.now(),
        )
    )
