"""A lender's beginning: its own money into the head office's float, and from there to the districts that pay out of it.

Whoever founds an installation names both persons. In the portal they propose and carry out: see
`core.use_cases.moving_floats`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.ledger.journals import funding
from core.money import Money
from core.ports.engine import Engine
from core.records.staff import MakerIsChecker
from core.use_cases.floats import check_more_than_nothing
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.sending_floats import FloatMove, check_float_move, send_float


@dataclass(frozen=True, slots=True)
class FundFloat:
    """Owner's money put into a rail's float, by two persons. `key` is the bank's or the rail's reference."""

    mfi_id: UUID
    rail: str
    amount: Money
    key: str
    made_by: UUID
    checked_by: UUID


@dataclass(frozen=True, slots=True)
class AllotFloat:
    """A part of the head office's float given to a district."""

    mfi_id: UUID
    rail: str
    to_district: str
    amount: Money
    key: str
    made_by: UUID
    checked_by: UUID


async def fund_float(engine: Engine, command: FundFloat) -> None:
    """Post owner's money into the head office's float. Raises `MakerIsChecker`, `InvalidInput`."""
    _check_two_persons(command.made_by, command.checked_by)
    check_more_than_nothing(command.amount)
    mfi = (await engine.record.catalogue()).mfi(command.mfi_id)
    async with engine.record.unit(mfi.head_office_district) as unit:
        # The lender is part of the key: two of them may have got the same reference from their banks.
        key = f"fund:{mfi.id}:{command.key}"
        if await earlier_outcome(unit, key, command) is not None:
            return
        today = await unit.business_date()
        journal = funding(key=key, rail=command.rail, amount=command.amount, value_on=today)
        await unit.ledger.post(mfi.id, [journal], recorded_at=engine.clock.now(), business_on=today)
        await unit.commands.complete(key, {})
        await unit.commit()


async def allot_float(engine: Engine, command: AllotFloat) -> None:
    """Send a part of the head office's float to another district. It arrives when the outbox is worked on.

    Raises `MakerIsChecker` and what `check_float_move` raises.
    """
    _check_two_persons(command.made_by, command.checked_by)
    mfi = (await engine.record.catalogue()).mfi(command.mfi_id)
    key = f"allot:{mfi.id}:{command.key}"
    move = FloatMove(mfi.id, command.rail, command.to_district, command.amount, transfer_id=key)
    async with engine.record.unit(mfi.head_office_district) as unit:
        if await earlier_outcome(unit, key, command) is not None:
            return
        await check_float_move(engine, unit, move)
        await send_float(engine, unit, move)
        await unit.commands.complete(key, {})
        await unit.commit()


def _check_two_persons(made_by: UUID, checked_by: UUID) -> None:
    if made_by == checked_by:
        raise MakerIsChecker
