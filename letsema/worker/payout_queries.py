"""Payouts that the rail took and never answered for: it is asked again and again, and only its word settles them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from core.errors import DomainError
from core.ports.engine import Engine
from core.records.loan import Disbursement
from core.use_cases.disbursing import settle_payout

_SILENT_FOR: Final = timedelta(seconds=30)
_BATCH: Final = 20

log = structlog.get_logger(__name__)


async def ask_about_payouts(engine: Engine, district: str) -> int:
    """Ask the rails about a district's oldest unanswered payouts. Always 0: an unknown one is no reason to hurry."""
    async with engine.record.unit(district) as unit:
        silent = await unit.disbursements.unsettled(engine.clock.now() - _SILENT_FOR, _BATCH)
    for payout in silent:
        await _ask(engine, payout)
    return 0


async def _ask(engine: Engine, payout: Disbursement) -> None:
    rail = engine.rails.get(payout.rail)
    if rail is None:
        log.error("payout_of_unknown_rail", rail=payout.rail, payout=payout.reference)
        return
    result = await rail.query(payout.reference)
    try:
        await settle_payout(engine, payout.rail, payout.reference, result)
    except DomainError as error:
        log.warning("payout_not_settled", payout=payout.reference, code=error.code)
