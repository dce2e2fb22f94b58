"""What a payment is for. What would settle or cancel its loan, to the lisente, is for that; all else repays it."""

from __future__ import annotations

from datetime import date
from typing import Final

from core.loans.account import AccountStatus
from core.loans.events import CoolingOffReturn, Payoff, Repayment
from core.loans.history import LoanHistory
from core.loans.refusals import LoanNotActive, NothingToReturn, PayoffBeforeLaterEvent
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan

CANCEL_ASKED: Final = "cancel_asked_by_borrower"
"""The step of a running loan by which its borrower says that the cash will come back. It changes no money."""


async def meaning_of(
    engine: Engine, loan: Loan, history: LoanHistory, amount: Money, value_on: date
) -> type[Repayment]:
    """The event that a payment is.

    The statement that was accepted promises that paying the cash back in time cancels the loan, so doing so is enough:
    a borrower who did not ask first must not be charged for what was promised to be free.
    """
    last_day = await cooling_off_ends_on(engine, loan)
    if last_day is not None and value_on <= last_day and amount == _cash_to_return(history, value_on):
        return CoolingOffReturn
    return Payoff if settles_early(history, amount, value_on) else Repayment


def settles_early(history: LoanHistory, amount: Money, value_on: date) -> bool:
    """Whether an amount is, to the lisente, what closes the loan on its day."""
    account = history.account(value_on)
    if account.status is not AccountStatus.ACTIVE or value_on < account.last_event_on:
        return False
    return amount == history.payoff(value_on).total


async def cooling_off_ends_on(engine: Engine, loan: Loan) -> date | None:
    """The last day on which the cash may be given back; None before the payout, or where the product has none."""
    product = (await engine.record.catalogue()).product(loan.product_id, loan.product_version)
    return loan.cooling_off_ends_on(product.cooling_off_days)


async def asked_to_cancel(unit: Unit, loan: Loan) -> bool:
    """Whether the borrower said that the loan is to be cancelled."""
    return any(step.reason_code == CANCEL_ASKED for step in await unit.loans.transitions(loan.id))


def _cash_to_return(history: LoanHistory, on: date) -> Money | None:
    try:
        return history.cash_to_return(on)
    except (LoanNotActive, NothingToReturn, PayoffBeforeLaterEvent):
        return None
