"""Writing down who did what, in the transaction of the act."""

from __future__ import annotations

from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import AuditEntry
from core.records.staff import Actor
from core.use_cases.idempotency import plain


async def audit(engine: Engine, unit: Unit, actor: Actor, action: str, subject: object, **details: object) -> None:
    """Add one line to the trail. `details` never hold a secret or an unmasked identifier."""
    await unit.audit.add(
        AuditEntry(
            id=engine.identifiers.new_id(),
            mfi_id=actor.mfi_id,
            at=engine.clock.now(),
            actor_id=actor.staff_id,
            actor_name=actor.name,
            action=action,
            subject=str(subject),
            details={name: plain(value) for name, value in details.items()},
        )
    )
