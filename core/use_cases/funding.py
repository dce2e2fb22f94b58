"""The lender's own money: into the head office's float, and from there to the districts that pay out of it.

Money between districts is two balanced journals with one transfer id through inter-district clearing: the first with an
outbox row in one transaction, the second once by that id.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.errors import InvalidInput
from core.ledger.accounts import float_account
from core.ledger.journals import funding, transfer_out
from core.money import ZERO, Money
from core.ports.engine import Engine
from core.ports.work import OutboxRow
from core.records.staff import MakerIsChecker
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.transferring import FLOAT_TRANSFER, TRANSFER_TOPIC


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
    _check(command.amount, command.made_by, command.checked_by)
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

    Raises `MakerIsChecker`, `InvalidInput` (also for more than is free: payouts under way keep theirs), `NotFound`.
    """
    _check(command.amount, command.made_by, command.checked_by)
    catalogue = await engine.record.catalogue()
    mfi = catalogue.mfi(command.mfi_id)
    catalogue.district(command.to_district)
    if command.to_district == mfi.head_office_district:
        raise InvalidInput("the head office has it already", field="to_district")
    key = f"allot:{mfi.id}:{command.key}"
    async with engine.record.unit(mfi.head_office_district) as unit:
        if await earlier_outcome(unit, key, command) is not None:
            return
        today = await unit.lock_business_date()
        held = await unit.ledger.balance(mfi.id, float_account(command.rail))
        free = held - await unit.disbursements.under_way(mfi.id, command.rail)
        if free < command.amount:
            raise InvalidInput(f"of the head office's float {free} is free", field="amount")
        journal = transfer_out(
            key=f"{key}:out", rail=command.rail, amount=command.amount, value_on=today, transfer_id=key
        )
        await unit.ledger.post(mfi.id, [journal], recorded_at=engine.clock.now(), business_on=today)
        await unit.outbox.add(
            OutboxRow(
                id=engine.identifiers.new_id(),
                district=unit.district,
                topic=TRANSFER_TOPIC,
                kind=FLOAT_TRANSFER,
                key=key,
                data={
                    "mfi_id": str(mfi.id),
                    "rail": command.rail,
                    "to_district": command.to_district,
                    "amount_minor": command.amount.minor,
                    "transfer_id": key,
                },
                due_at=engine.clock.now(),
            )
        )
        await unit.commands.complete(key, {})
        await unit.commit()


def _check(amount: Money, made_by: UUID, checked_by: UUID) -> None:
    if amount <= ZERO:
        raise InvalidInput("an amount of money is more than nothing", field="amount")
    if made_by == checked_by:
        raise MakerIsChecker
