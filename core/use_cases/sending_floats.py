"""A part of a lender's float on its way to another district: the one way in which float leaves for there.

It leaves at once, with an outbox row in the same transaction, and arrives when that row is worked on: see
`core.use_cases.transferring`. In between it stands in inter-district clearing, where no payout can take it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.errors import InvalidInput
from core.ledger.accounts import TILL
from core.ledger.journals import transfer_out
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.use_cases.floats import ReferenceUsed, check_float, check_more_than_nothing
from core.use_cases.transferring import FLOAT_TRANSFER, float_transfer_data, send_transfer


@dataclass(frozen=True, slots=True)
class FloatMove:
    """What goes where. By `transfer_id` it leaves one district once and arrives in the other once."""

    mfi_id: UUID
    rail: str
    to_district: str
    amount: Money
    transfer_id: str

    @property
    def departure(self) -> str:
        """The key of the journal with which it leaves."""
        return f"{self.transfer_id}:out"


async def check_float_move(engine: Engine, unit: Unit, move: FloatMove) -> None:
    """Weigh what is to leave this unit's district. On both sides it is one where the lender works.

    Raises `InvalidInput`, `NotFound` for a district that is none, `ReferenceUsed`, and `FloatTooLow` for more than is
    free.
    """
    if move.rail == TILL:
        raise InvalidInput("cash is taken to the bank, not moved between districts", field="rail")
    check_more_than_nothing(move.amount)
    if move.to_district == unit.district:
        raise InvalidInput("the money is in that district already", field="to_district")
    catalogue = await engine.record.catalogue()
    for district, field in ((unit.district, "district"), (move.to_district, "to_district")):
        if not catalogue.mfi(move.mfi_id).works_in(catalogue.district(district)):
            raise InvalidInput("the lender has no business in that district", field=field)
    if await unit.ledger.has(move.departure):
        raise ReferenceUsed(field="reference")
    await check_float(unit, move.mfi_id, move.rail, move.amount)


async def send_float(engine: Engine, unit: Unit, move: FloatMove) -> None:
    """Let it leave this unit's district, once it was weighed in the same transaction."""
    today = await unit.business_date()
    journal = transfer_out(
        key=move.departure, rail=move.rail, amount=move.amount, value_on=today, transfer_id=move.transfer_id
    )
    await unit.ledger.post(move.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)
    data = float_transfer_data(move.mfi_id, move.rail, move.to_district, move.amount, move.transfer_id)
    await send_transfer(engine, unit, FLOAT_TRANSFER, move.transfer_id, data)
