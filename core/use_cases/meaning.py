"""What a payment is for: cancelling its loan, to the lisente; settling it, when it is enough; else repaying it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from core.loans.account import AccountStatus
from core.loans.events import CoolingOffReturn, Payoff, Repayment
from core.loans.history import LoanHistory
from core.loans.refusals import LoanNotActive, NothingToReturn, PayoffBeforeLaterEvent
from core.money import ZERO, Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan

CANCEL_ASKED: Final = "cancel_asked_by_borrower"
"""The step of a running loan by which its borrower says that the cash will come back. It changes no money."""


async def meaning_of(
    engine: Engine, unit: Unit, loan: Loan, history: LoanHistory, amount: Money, value_on: date
) -> Callable[..., Repayment]:
    """What makes the event that a payment is, from the fields of a `Repayment`.

    The statement that was accepted promises that paying the cash back in time cancels the loan, so doing so is enough:
    a borrower who did not ask first must not be charged for what was promised to be free.
    """
    last_day = await cooling_off_ends_on(engine, loan)
    if last_day is not None and value_on <= last_day and amount == _cash_to_return(history, value_on):
        return CoolingOffReturn
    if settles_early(history, amount, value_on):
        return Payoff
    forgives = await _let_go_by_quote(unit, loan, history, amount, value_on)
    return Repayment if forgives is None else partial(Payoff, forgives=forgives)


async def _let_go_by_quote(unit: Unit, loan: Loan, history: LoanHistory, amount: Money, value_on: date) -> Money | None:
    """How much less than its day's quote an amount may be, by a quote that still holds; None: it meets no quote.

    A quote holds through its last day, unless something happened to the loan since: what it promised is then another
    loan's. Nothing that a day's close does (interest, a late fee) is such an event: just that is what it promises away.
    Who pays more than the quote, but less than the day's, is let off what is missing; nothing is then over.
    """
    if not _may_settle(history, value_on):
        return None
    for quote in await unit.payoff_quotes.of_loan(loan.id):
        is_open = quote.quoted_on <= value_on <= quote.expires_on and quote.after_n == seen_by(history)
        if is_open and amount >= quote.total:
            return max(history.payoff(value_on).total - amount, ZERO)
    return None


def seen_by(history: LoanHistory) -> int:
    """How many events a quote of this history has seen."""
    return len(history.events)


def settles_early(history: LoanHistory, amount: Money, value_on: date) -> bool:
    """Whether an amount is enough to close the loan on its day; what is more becomes the borrower's credit.

    Interest of days that will not come is not taken from a borrower for paying too much. Where nothing of it would be
    saved, more than enough is an ordinary repayment, which ends the same.
    """
    if not _may_settle(history, value_on):
        return False
    asked = history.payoff(value_on).total
    return amount == asked or asked < min(amount, history.account(value_on).outstanding())


def _may_settle(history: LoanHistory, value_on: date) -> bool:
    account = history.account(value_on)
    return account.status is AccountStatus.ACTIVE and value_on >= account.last_event_on


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
