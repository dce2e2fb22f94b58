"""After a change that a thief with a new SIM would make first, payouts wait: who lost the number has time to say so.

The rule is core's: nothing that releases money goes round it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.errors import DomainError
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.wallet import CoolDown, CoolDownCause

COOL_DOWN_HOURS: Final = 24


class PayoutCoolingDown(DomainError):
    """Who the borrower is, or where they are paid, was changed lately: no payout is released before `until`."""

    code = "payout_cooling_down"

    def __init__(self, cool_down: CoolDown) -> None:
        super().__init__(f"payouts wait after {cool_down.cause} until {cool_down.ends_at.isoformat()}")
        self.until = cool_down.ends_at
        self.cause = cool_down.cause


async def start_cool_down(engine: Engine, unit: Unit, borrower_id: UUID, cause: CoolDownCause) -> CoolDown:
    """Hold the borrower's payouts back from now on. In the unit of the change that causes it."""
    now = engine.clock.now()
    cool_down = CoolDown(borrower_id, cause, now, now + timedelta(hours=COOL_DOWN_HOURS))
    await unit.wallets.add_cool_down(cool_down)
    return cool_down


async def payout_allowed_at(engine: Engine, unit: Unit, borrower_id: UUID) -> datetime | None:
    """From when on payouts may be released again; None: they may be now."""
    standing = await unit.wallets.cool_downs(borrower_id, engine.clock.now())
    return standing[0].ends_at if standing else None


async def check_cooled_down(engine: Engine, unit: Unit, borrower_id: UUID) -> None:
    """Raise `PayoutCoolingDown` while the borrower's payouts wait."""
    if standing := await unit.wallets.cool_downs(borrower_id, engine.clock.now()):
        raise PayoutCoolingDown(standing[0])
