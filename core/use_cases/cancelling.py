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
from core.records.application import check_note
from core.records.loan import Loan, LoanStatus, PayoutStatus
from core.records.message import MessageKind
from core.records.staff import Actor, Permission
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.bookkeeping import history_of
from core.use_cases.borrowing import own_loan
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.loan_steps import move_loan, note_step
from core.use_cases.locating import district_of
from core.use_cases.meaning import CANCEL_ASKED, asked_to_cancel, cooling_off_ends_on
from core.use_cases.payouts import DEFAULT_RAIL
from core.use_cases.telling import tell_of_loan


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
    mfi_name: str
    loan_reference: Reference


@dataclass(frozen=True, slots=True)
class FreeToCancel:
    """A contract whose money has not left: it is cancelled by saying so."""

    principal: Money
    mfi_name: str
    loan_reference: Reference


@dataclass(frozen=True, slots=True)
class CancelForBorrower:
    """Staff cancel a loan because its borrower asked them to, in the branch or on the telephone; `note` says how."""

    loan_reference: Reference
    seen_version: int
    note: str
    key: str


async def way_to_cancel(engine: Engine, phone: PhoneNumber, loan_reference: Reference) -> FreeToCancel | CashToReturn:
    """What cancelling takes as it stands now; nothing is noted.

    Raises `PayoutUnderWay` and what `ask_to_cancel` raises.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, loan_reference)
        if loan.disbursed_on is not None:
            return await _cash_to_return(engine, unit, loan)
        await _check_nothing_left(unit, loan)
        if loan.status is not LoanStatus.ACCEPTED:
            raise CoolingOffOver
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        return FreeToCancel(loan.principal, mfi.name, loan.reference)


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
        await _check_nothing_left(unit, loan)
        loan.check_cancellable_unpaid()
        cancelled = await move_loan(engine, unit, loan, LoanStatus.CANCELLED, "cancelled_by_borrower")
        await _tell(engine, unit, MessageKind.LOAN_CANCELLED, loan)
        await unit.commit()
    return cancelled


async def cancel_for_borrower(engine: Engine, actor: Actor, command: CancelForBorrower) -> Loan:
    """The same by staff, at the borrower's request and with a reason; the borrower is told.

    Raises `NotAllowed`, `InvalidInput` (no reason), `Conflict` (stale page), `PayoutUnderWay`,
    `IllegalLoanTransition`, `NotFound` (also for another lender's).
    """
    actor.require(Permission.LOAN_CANCEL)
    note = check_note(command.note, required=True)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "cancel_for_borrower", command)
        loan = await unit.loans.by_reference(command.loan_reference, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return loan
        if loan.version != command.seen_version:
            raise Conflict("the loan changed since the page was opened")
        await _check_nothing_left(unit, loan)
        loan.check_cancellable_unpaid()
        cancelled = await move_loan(
            engine, unit, loan, LoanStatus.CANCELLED, "cancelled_for_borrower", actor=actor, note=note
        )
        await _tell(engine, unit, MessageKind.LOAN_CANCELLED, loan)
        await audit(engine, unit, actor, "loan.cancelled", loan.reference)
        await unit.commands.complete(key, {"reference": str(loan.reference)})
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
    return CashToReturn(amount, last_day, mfi.rail_accounts[DEFAULT_RAIL], mfi.name, loan.reference)


async def _check_nothing_left(unit: Unit, loan: Loan) -> None:
    payouts = await unit.disbursements.of_loan(loan.id)
    if loan.disbursed_on is None and any(payout.status is not PayoutStatus.FAILED for payout in payouts):
        raise PayoutUnderWay


async def _tell(engine: Engine, unit: Unit, kind: MessageKind, loan: Loan, **figures: object) -> None:
    """Once for one content: a borrower who asks twice is told twice only where the figures changed."""
    key = ":".join([kind, str(loan.id), *map(str, figures.values())])
    await tell_of_loan(engine, unit, kind, loan, key=key, **figures)
