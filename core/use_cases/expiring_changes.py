"""Proposals of a new number or ID that nobody decided on: they end by themselves, so that they bar nobody else's.

One of a borrower is under way at a time, whichever lender began it, and no other lender sees it or can turn it down.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import AuditEntry
from core.records.identity import ChangeStatus, IdentityChange
from core.use_cases.identity_cases import reopen_case_of

PROPOSAL_STANDS_FOR: Final = timedelta(days=7)
"""How long a proposal waits for its second person: whoever saw the card can be asked, and the borrower come again."""


async def expire_proposals(engine: Engine, district: str, limit: int) -> int:
    """Withdraw what has waited too long in a district, in nobody's name; a case is open again. How many were.

    Whoever decides at the same moment comes first: what they hold is left to them. Raises `DistrictDown`.
    """
    now = engine.clock.now()
    async with engine.record.unit(district) as unit:
        overdue = await unit.identity_changes.overdue(now - PROPOSAL_STANDS_FOR, limit)
        for change in overdue:
            await unit.identity_changes.save(replace(change, status=ChangeStatus.WITHDRAWN, decided_at=now))
            await reopen_case_of(unit, change)
            await _write_down(engine, unit, change)
        await unit.commit()
    return len(overdue)


async def _write_down(engine: Engine, unit: Unit, change: IdentityChange) -> None:
    await unit.audit.add(
        AuditEntry(
            id=engine.identifiers.new_id(),
            mfi_id=change.mfi_id,
            at=engine.clock.now(),
            actor_id=None,
            actor_name="system",
            action=f"borrower.{change.kind}_change_expired",
            subject=str(change.borrower_id),
            details={},
        )
    )
