"""Payouts of the outbox: the use case knows what to do, and is safe to repeat."""

from __future__ import annotations

from channels.dispatch.verdicts import Done, RowHandler, Verdict
from core.ports.engine import Engine
from core.ports.record import OutboxRow
from core.use_cases.disbursing import send_payout


def payout_handler(engine: Engine) -> RowHandler:
    """The handler of topic `payout`."""

    async def hand_to_rail(row: OutboxRow) -> Verdict:
        await send_payout(engine, row)
        return Done()

    return hand_to_rail
