"""Proving the books: journals, balances, each loan by its replay, transfers, and payments set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.ports.books import LedgerFinding
from core.ports.engine import Engine
from core.ports.intake import IntakeKind
from core.use_cases.replaying_books import replay_district
from core.use_cases.verifying_transfers import verify_transfers

SET_ASIDE_LISTED_MAX: Final = 1_000
"""How many payments are named in each district; that there are more is then no news."""


async def verify_ledger(engine: Engine, districts: Sequence[str], *, replays: bool = True) -> list[LedgerFinding]:
    """What is wrong in the ledgers of these districts; an empty list says that all is proved.

    replays: whether every loan is also worked out anew from its events, which takes milliseconds for each. Transfers
    are looked at when all districts are. Raises `DistrictDown`, `ChannelPlaneDown`.
    """
    findings: list[LedgerFinding] = []
    for district in districts:
        findings.extend(await engine.record.verify_ledger(district))
        if replays:
            findings.extend(await replay_district(engine, district))
        findings.extend(await _set_aside(engine, district))
    if set(districts) >= set((await engine.record.catalogue()).districts):
        findings.extend((await verify_transfers(engine, districts)).findings)
    return findings


async def _set_aside(engine: Engine, district: str) -> list[LedgerFinding]:
    """Money that a rail was told is safe here, and that is in no book because a rule refused it."""
    return [
        LedgerFinding(
            district, "payment_set_aside", f"{row.scope} {row.reference}", f"it is posted nowhere: {row.last_error}"
        )
        for row in await engine.channel.intake.set_aside(district, SET_ASIDE_LISTED_MAX, kind=IntakeKind.PAYMENT)
    ]
