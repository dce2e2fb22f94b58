"""Thinking again: a borrower cancels a loan, freely before its payout, and for some days after it against its cash.

The days are the product's, counted from the payout. The wish is kept as a step of the loan and moves no money; only
then is the exact cash, when it comes, taken as the return (see `core.use_cases.meaning`) and not as a repayment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.errors import Conflict, DomainError
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan, LoanStatus, PayoutStatus
from core.records.message import MessageKind
from core.references import Reference
from core.use_cases.applying import registered
from core.use_cases.bookkeeping import history_of, move_loan, note_step
from core.use_cases.borrowing import own_loan
from core.use_cases.meaning import CANCEL_ASKED, asked_to_cancel, cooling_off_ends_on
from core.use_cases.messages import tell
from core.use_cases.payouts import DEFAULT_RAIL


class PayoutUnderWay(Conflict):
    """The money is on its way: it has to arrive, or fail, before the loan can be cancelled."""

    code = "payout_under_way"


class CoolingOffOver(DomainError):
    """The loan cannot be cancelled: it has no cooling-off, or that is over, or there is no running loan."""

    code = "cooling_off_over"


@dataclass(frozen=True, slots=True)
class CashToReturn:
    """What cancels a running loan: exactly this, paid for this loan to this account on this day or earlier."""

    amount: Money
    until: date
    rail_account: str


async def cancel_accepted_loan(engine: Engine, phone: PhoneNumber, loan_reference: Reference) -> Loan:
    """Cancel a contract whose money has not left; it costs nothing. Repeating it changes nothing.

    Raises `PayoutUnderWay`, `IllegalLoanTransition` (never accepted, or paid out: see `ask_to_cancel`), `NotFound`,
    `NotRegistered`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, loan_reference)
        if loan.status is LoanStatus.CANCELLED:
            return loan
        payouts = await unit.disbursements.of_loan(loan.id)
        if loan.disbursed_on is None and any(payout.status is not PayoutStatus.FAILED for payout in payouts):
            raise PayoutUnderWay
        loan.check_cancellable_unpaid()
        cancelled = await move_loan(engine, unit, loan, LoanStatus.CANCELLED, "cancelled_by_borrower")
        await _tell(engine, unit, MessageKind.LOAN_CANCELLED, loan)
        await unit.commit()
    return cancelled


async def ask_to_cancel(engine: Engine, phone: PhoneNumber, loan_reference: Reference) -> CashToReturn:
    """Note that the borrower wants to give the cash back, and say how much by when. Asking again only says it again.

    Raises `CoolingOffOver`, `NothingToReturn` (as much was repaid already), `NotFound`, `NotRegistered`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, loan_reference)
        asked = await _cash_to_return(engine, unit, loan)
        if not await asked_to_cancel(unit, loan):
            await note_step(engine, unit, loan, loan.status, CANCEL_ASKED)
        figures = {"amount_minor": asked.amount, "expires_on": asked.until, "rail_account": asked.rail_account}
        await _tell(engine, unit, MessageKind.RETURN_ASKED, loan, **figures)
        await unit.commit()
    return asked


async def _cash_to_return(engine: Engine, unit: Unit, loan: Loan) -> CashToReturn:
    today, last_day = await unit.business_date(), await cooling_off_ends_on(engine, loan)
    if loan.status is not LoanStatus.ACTIVE or last_day is None or today > last_day:
        raise CoolingOffOver
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    amount = (await history_of(engine, unit, loan)).cash_to_return(today)
    return CashToReturn(amount, last_day, mfi.rail_accounts[DEFAULT_RAIL])


async def _tell(engine: Engine, unit: Unit, kind: MessageKind, loan: Loan, **figures: object) -> None:
    """Once for one content: a borrower who asks twice is told twice only where the figures changed."""
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    await tell(
        engine,
        unit,
        kind,
        loan.borrower_id,
        key=":".join([kind, str(loan.id), *map(str, figures.values())]),
        mfi_id=loan.mfi_id,
        mfi_name=mfi.name,
        loan_reference=loan.reference,
        **figures,
    )
