"""Who looked at the caller's credit history."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.answers.telephones import telephone
from conversations.engine import Ask, Choice, Outcome, Text
from core.errors import NotFound
from core.use_cases.looking_up import Look, LookPurpose, looks_at

PURPOSES: Final = {purpose: f"looks.for_{purpose}" for purpose in LookPurpose}


async def looks(scene: Scene, _ask: Ask) -> Outcome:
    """The newest looks: the day, the lender, and what for."""
    seen = await looks_at(scene.engine, scene.caller)
    return Outcome(name="listed", values={"looks": tuple(map(_choice, seen))}) if seen else Outcome(name="none")


async def looking_lender(scene: Scene, ask: Ask) -> Outcome:
    """Where to complain about the lender of one look."""
    catalogue = await scene.engine.record.catalogue()
    try:
        mfi = catalogue.mfi(arguments.identifier(ask, "look"))
    except NotFound:
        return Outcome(name="gone")
    return Outcome(name="shown", values={"complaints_phone": telephone(mfi.complaints_phone)})


def _choice(look: Look) -> Choice:
    line = Text(
        "looks.line", {"looked_on": look.on, "mfi_name": look.mfi.name, "look_purpose": Text(PURPOSES[look.purpose])}
    )
    return Choice(str(look.mfi.id), line)
