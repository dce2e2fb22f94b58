"""The lender's money on a rail in one district: no more may leave than is there and not kept for something else."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from core.errors import DomainError, InvalidInput
from core.ledger.accounts import TILL, float_account
from core.money import ZERO, Money
from core.ports.record import Unit


class ReferenceUsed(InvalidInput):
    """Money was moved under this reference of the bank, the rail or the till before."""

    code = "reference_used"


class FloatTooLow(DomainError):
    """The float does not cover the payout; `shortfall` says by how much."""

    code = "float_too_low"
    holder: ClassVar[str] = "float"

    def __init__(self, shortfall: Money) -> None:
        super().__init__(f"the {self.holder} is short by {shortfall}")
        self.shortfall = shortfall


class TillTooLow(FloatTooLow):
    """The till that took the cash no longer holds it: it was taken to the bank, so nobody hands it out of there."""

    code = "till_too_low"
    holder = "till that took the cash"


class FloatBelowCharge(FloatTooLow):
    """The books hold less than a rail has taken already: money that was put in is not booked yet."""

    code = "float_below_charge"


def check_more_than_nothing(amount: Money) -> None:
    """Raise `InvalidInput` for an amount that would move no money, or the other way."""
    if amount <= ZERO:
        raise InvalidInput("an amount of money is more than nothing", field="amount")


async def free_float(unit: Unit, mfi_id: UUID, rail: str) -> Money:
    """What is held less what payouts under way may still take. The date's lock makes those who ask queue up."""
    await unit.lock_business_date()
    held = await unit.ledger.balance(mfi_id, float_account(rail))
    return held - await unit.disbursements.under_way(mfi_id, rail)


async def check_float(unit: Unit, mfi_id: UUID, rail: str, amount: Money) -> None:
    """Raise `FloatTooLow` unless this much more may leave. What is under way already is counted."""
    free = await free_float(unit, mfi_id, rail)
    if free < amount:
        raise FloatTooLow(amount - free)


async def check_till(unit: Unit, mfi_id: UUID, amount: Money) -> None:
    """Raise `TillTooLow` unless as much cash lies in the unit's district: nobody hands out what is not there."""
    held = await free_float(unit, mfi_id, TILL)
    if held < amount:
        raise TillTooLow(amount - held)


async def check_held(unit: Unit, mfi_id: UUID, rail: str, amount: Money) -> None:
    """Raise `FloatBelowCharge` unless the books hold this much, whatever is kept of it for payouts under way.

    For money that has left already: below nothing a float never was, so something else is missing from the books.
    """
    await unit.lock_business_date()
    held = await unit.ledger.balance(mfi_id, float_account(rail))
    if held < amount:
        raise FloatBelowCharge(amount - held)
