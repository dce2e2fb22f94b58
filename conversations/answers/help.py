"""Which lenders there are, and where to complain about them."""

from __future__ import annotations

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.answers.telephones import telephone
from conversations.engine import Ask, Choice, Outcome
from core.errors import NotFound


async def lenders(scene: Scene, _ask: Ask) -> Outcome:
    """Every lender, the suspended ones too: their borrowers complain as well."""
    catalogue = await scene.engine.record.catalogue()
    listed = tuple(Choice(str(mfi.id), mfi.name) for mfi in sorted(catalogue.mfis.values(), key=lambda mfi: mfi.name))
    return Outcome(name="listed", values={"lenders": listed}) if listed else Outcome(name="none")


async def lender(scene: Scene, ask: Ask) -> Outcome:
    """Where one lender takes complaints."""
    catalogue = await scene.engine.record.catalogue()
    try:
        mfi = catalogue.mfi(arguments.identifier(ask, "lender"))
    except NotFound:
        return Outcome(name="gone")
    return Outcome(name="shown", values={"mfi_name": mfi.name, "complaints_phone": telephone(mfi.complaints_phone)})
