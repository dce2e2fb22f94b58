"""Proving the books: every journal balances, every loan's balance equals its postings, and no payment lies aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.ports.books import LedgerFinding
from core.ports.engine import Engine

SET_ASIDE_LISTED_MAX: Final = 1_000
"""How many payments are named in each district; that there are more is then no news."""


async def verify_ledger(engine: Engine, districts: Sequence[str]) -> list[LedgerFinding]:
    """What is wrong in the ledgers of these districts; an empty list says that all is proved.

    Raises `DistrictDown`, `ChannelPlaneDown`.
    """
    findings: list[LedgerFinding] = []
    for district in districts:
        findings.extend(await engine.record.verify_ledger(district))
        findings.extend(await _set_aside(engine, district))
    return findings


async def _set_aside(engine: Engine, district: str) -> list[LedgerFinding]:
    """Money that a rail was told is safe here, and that is in no book because a rule refused it."""
    return [
        LedgerFinding(
            district, "payment_set_aside", f"{row.scope} {row.reference}", f"it is posted nowhere: {row.last_error}"
        )
        for row in await engine.channel.intake.set_aside(district, SET_ASIDE_LISTED_MAX)
    ]
