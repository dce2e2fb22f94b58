"""The message that a borrower was promised when their time ran out: what became of the command after all."""

from __future__ import annotations

from typing import Any, Final

from conversations.answers.table import Scene
from conversations.engine import Ask
from core.ports.directory import PhoneEntry
from core.ports.work import OutboxRow
from core.records.message import MessageKind

PHONE_CONTEXT: Final = "outbox:phone"
"""What a number in an outbox row is sealed for, where no borrower's record could be read instead."""


async def tell_outcome(scene: Scene, ask: Ask, outcome: str, *, is_done: bool) -> None:
    """Queue the message, that it is done or why it is not, once for each command. Raises `DistrictDown`."""
    district, addressee = _addressee(scene, ask)
    row = OutboxRow(
        id=scene.engine.identifiers.new_id(),
        district=district,
        topic="message",
        kind=MessageKind.COMMAND_DONE if is_done else MessageKind.COMMAND_REFUSED,
        key=f"message:outcome:{ask.key}",
        data={**addressee, "mfi_id": None, "command": ask.kind, "reason_code": outcome},
        due_at=scene.engine.clock.now(),
    )
    async with scene.engine.record.unit(district) as unit:
        await unit.outbox.add(row)
        await unit.commit()


def _addressee(scene: Scene, ask: Ask) -> tuple[str, dict[str, Any]]:
    """Whom to tell, and in which district the row waits: a new caller's is the one they chose."""
    entry: PhoneEntry | None = scene.registered
    if entry is not None:
        return entry.district, {"borrower_id": str(entry.borrower_id)}
    sealed = scene.engine.sealer.seal(scene.caller.e164.encode(), PHONE_CONTEXT)
    return str(ask.arguments["district"]), {
        "phone_sealed": sealed.hex(),
        "language": scene.conversation.language,
    }
