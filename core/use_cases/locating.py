"""From a reference number to the district that holds what it names, without asking any database."""

from __future__ import annotations

from core.errors import Conflict
from core.ports.directory import ReferenceEntry
from core.ports.engine import Engine
from core.references import Reference

_RESERVATION_TRIES = 8


async def district_of(engine: Engine, reference: Reference) -> str:
    """The code of the district cell that a reference begins with. Raises `NotFound`."""
    catalogue = await engine.record.catalogue()
    return catalogue.district_of_cell(reference.cell_number).code


async def reserve_reference(engine: Engine, kind: str, district: str, owner: str) -> Reference:
    """Make a reference nobody else has. `owner` (a draft, a command) is kept beside it.

    `kind` is application, loan or receipt. Uses the channel plane only, so that it works with the district's node down.
    """
    cell_number = (await engine.record.catalogue()).district(district).cell_number
    for _ in range(_RESERVATION_TRIES):
        reference = Reference.make(cell_number, engine.identifiers.random_below)
        entry = ReferenceEntry(reference, kind, district, owner)
        if await engine.channel.directory.reserve_reference(entry) == entry:
            return reference
    raise Conflict("no free reference number was found")
