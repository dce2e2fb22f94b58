"""Whose a phone number is, from the directory alone: it answers while every district's records are silent."""

from __future__ import annotations

from core.errors import NotFound
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine


class NotRegistered(NotFound):
    """The number has no borrower."""

    code = "not_registered"


async def entry_of(engine: Engine, phone: PhoneNumber) -> PhoneEntry | None:
    """The entry of a number that is a borrower's now; None where it is nobody's, not yet or no more."""
    entry = await engine.channel.directory.phone(engine.keyed_hash.phone(phone))
    return entry if entry is not None and entry.state == "active" else None


async def registered(engine: Engine, phone: PhoneNumber) -> PhoneEntry:
    """The same. Raises `NotRegistered`."""
    entry = await entry_of(engine, phone)
    if entry is None:
        raise NotRegistered
    return entry
