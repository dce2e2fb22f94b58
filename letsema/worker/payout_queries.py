"""Payouts that the rail took and never answered for: it is asked again and again, and only its word settles them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
    """Ask the rails about each unanswered payout of a district, the oldest first.

    All of them: those that wait for a person must not keep the newer ones from being settled. Always 0: an unknown one
    is no reason to hurry.
    """
    released_before = engine.clock.now() - _SILENT_FOR
    last: Disbursement | None = None
    while batch := await _silent(engine, district, released_before, last):
        for payout in batch:
            await _ask(engine, payout)
        last = batch[-1]
    return 0


async def _silent(
    engine: Engine, district: str, released_before: datetime, after: Disbursement | None
) -> Sequence[Disbursement]:
    async with engine.record.unit(district) as unit:
        return await unit.disbursements.unsettled(released_before, _BATCH, after=after)


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
