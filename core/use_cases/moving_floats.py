"""A lender's money on a rail, changed by two persons: put in, taken out, charged for, and moved between districts.

What the rail does to its account is posted at the head office. A rail knows one account of a lender; that districts
have floats is the lender's own division of it, so what happens to the account as a whole happens where the undivided
part is. Only the cash of a till is banked where it lies, and only a move changes the division.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.errors import InvalidInput
from core.ledger.accounts import TILL
from core.ledger.journals import (
    Journal,
    copied_number,
    float_move_id,
    funding,
    rail_charge,
    rail_charge_key,
    rail_charge_reference,
    sweep,
)
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Actor
from core.use_cases.floats import ReferenceUsed, check_float, check_held, check_more_than_nothing
from core.use_cases.sending_floats import FloatMove, check_float_move, send_float
from core.use_cases.value_days import check_value_day

Data = Mapping[str, Any]


class ChargeBooked(ReferenceUsed):
    """A charge with this reference of the rail is in the books."""

    code = "charge_booked"


async def check_fund(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh putting money in. Raises `InvalidInput`, `ReferenceUsed`."""
    await _check_head_office(engine, unit, actor)
    check_more_than_nothing(_amount(data))
    await _check_unused(unit, _fund_key(actor, data), ReferenceUsed)
    return _subject(data)


async def check_sweep(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh taking money out. Raises `InvalidInput`, `ReferenceUsed`, `FloatTooLow` for more than is free."""
    if data["rail"] != TILL:
        await _check_head_office(engine, unit, actor)
    check_more_than_nothing(_amount(data))
    await _check_unused(unit, _sweep_key(actor, data), ReferenceUsed)
    await check_float(unit, actor.mfi_id, str(data["rail"]), _amount(data))
    return _subject(data)


async def check_charge(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh what a rail took for itself.

    Raises `InvalidInput`, `ChargeBooked`, `ValueDayOutside`, and `FloatBelowCharge` for more than the books hold. What
    is kept for payouts under way does not stand in the way: the rail has the charge already, and the books show by how
    much it is short.
    """
    await _check_head_office(engine, unit, actor)
    check_more_than_nothing(_amount(data))
    key = _charge_key(actor, data)
    await _check_unused(unit, key, ChargeBooked)
    check_value_day(_value_on(data), await unit.business_date())
    await check_held(unit, actor.mfi_id, str(data["rail"]), _amount(data))
    return f"{data['rail']}:{rail_charge_reference(key)}"


async def check_move(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh a move out of the unit's district. Raises what `check_float_move` raises."""
    move = _move(unit, actor, data)
    await check_float_move(engine, unit, move)
    return f"{move.rail}:{copied_number(str(data['reference']))}"


async def move_float(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Let the money leave for the other district."""
    await send_float(engine, unit, _move(unit, actor, proposal.data))


async def change_float(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Post what was proposed, on the books' date; a charge on its own day."""
    today = await unit.business_date()
    journal = _journal(actor, proposal, today)
    await unit.ledger.post(actor.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)


def _journal(actor: Actor, proposal: Proposal, today: date) -> Journal:
    data, rail, amount = proposal.data, str(proposal.data["rail"]), _amount(proposal.data)
    match proposal.kind:
        case ProposalKind.FUND_FLOAT:
            return funding(key=_fund_key(actor, data), rail=rail, amount=amount, value_on=today)
        case ProposalKind.SWEEP_FLOAT:
            return sweep(key=_sweep_key(actor, data), rail=rail, amount=amount, value_on=today)
        case _:
            return rail_charge(key=_charge_key(actor, data), rail=rail, amount=amount, value_on=_value_on(data))


async def _check_head_office(engine: Engine, unit: Unit, actor: Actor) -> None:
    if unit.district != (await engine.record.catalogue()).mfi(actor.mfi_id).head_office_district:
        raise InvalidInput("money is put in, taken out and charged at the head office", field="district")


async def _check_unused(unit: Unit, key: str, used: type[ReferenceUsed]) -> None:
    if await unit.ledger.has(key):
        raise used(field="reference")


# The lender is part of each key, as two may have the same bank.


def _fund_key(actor: Actor, data: Data) -> str:
    return f"fund:{actor.mfi_id}:{_subject(data)}"


def _sweep_key(actor: Actor, data: Data) -> str:
    return f"sweep:{actor.mfi_id}:{_subject(data)}"


def _charge_key(actor: Actor, data: Data) -> str:
    return rail_charge_key(actor.mfi_id, str(data["rail"]), str(data["reference"]))


def _subject(data: Data) -> str:
    return f"{data['rail']}:{copied_number(str(data['reference']))}"


def _move(unit: Unit, actor: Actor, data: Data) -> FloatMove:
    rail = str(data["rail"])
    transfer_id = float_move_id(actor.mfi_id, rail, unit.district, str(data["reference"]))
    return FloatMove(actor.mfi_id, rail, str(data["to_district"]), _amount(data), transfer_id)


def _amount(data: Data) -> Money:
    return Money(int(data["amount_minor"]))


def _value_on(data: Data) -> date:
    return date.fromisoformat(str(data["value_on"]))
