"""Telling a borrower something: a row in the outbox, in the transaction of its cause. The words come at dispatch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.message import MESSAGE_FIELDS, MessageKind
from core.use_cases.idempotency import plain


async def tell(
    engine: Engine,
    unit: Unit,
    kind: MessageKind,
    borrower_id: UUID,
    *,
    key: str,
    mfi_id: UUID | None = None,
    **figures: object,
) -> bool:
    """Queue one message. `key` names the fact it tells, so that a fact is told once; False when it was already.

    The figures must be exactly those that `MESSAGE_FIELDS` lists for the kind.
    """
    expected = MESSAGE_FIELDS[kind]
    if set(figures) != set(expected):
        raise ValueError(f"{kind} takes {sorted(expected)}, not {sorted(figures)}")
    data: dict[str, Any] = {"borrower_id": str(borrower_id), "mfi_id": str(mfi_id) if mfi_id else None}
    data.update({name: plain(value) for name, value in figures.items()})
    row = OutboxRow(
        id=engine.identifiers.new_id(),
        district=unit.district,
        topic="message",
        kind=kind,
        key=f"message:{key}",
        data=data,
        due_at=engine.clock.now(),
    )
    return await unit.outbox.add(row)
