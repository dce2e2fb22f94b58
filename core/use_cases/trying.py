"""What is written of a row of the intake when it was tried: how it stands now, and what it met."""

from __future__ import annotations

from typing import Final

from core.ports.engine import Engine
from core.ports.intake import IntakeRow, IntakeStatus

BROKE: Final = "failed"
"""What is written of a row that broke the program itself."""


async def mark(engine: Engine, row: IntakeRow, status: IntakeStatus, error: str = "") -> None:
    """Count a try of a row, and write what came of it now."""
    await engine.channel.intake.mark(row.scope, row.reference, status, at=engine.clock.now(), error=error)


async def mark_failed(engine: Engine, row: IntakeRow, error: str, tries_max: int) -> None:
    """The same of a try that failed: it waits for another, or is set aside when `may_fail_again` has no more for it."""
    may_wait = row.may_fail_again(error, tries_max)
    await mark(engine, row, IntakeStatus.WAITING if may_wait else IntakeStatus.SET_ASIDE, error)
