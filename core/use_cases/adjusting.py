"""What two persons may change in the books, and what each change does once the second has agreed.

| kind | data |
| --- | --- |
| assign_payment | rail, rail_reference: money in this district's suspense; loan_reference: where it belongs |
| reverse_payment | rail, rail_reference: a payment posted here; to: `payer` (the rail took it back) or `suspense` |
| waive | loan_reference, instalment, part (penalty, fee, interest), amount_minor |
| write_off | loan_reference |
| settle_payout | payout: one whose rail does not know its fate; outcome: `confirmed`, with rail_receipt, or `failed` |
| refund_payment | rail, rail_reference: money in this district's suspense that goes back to its payer |
| refund_credit | loan_reference, amount_minor: of what its borrower paid too much |
| take_cash | loan_reference, amount_minor, reference: of the till, once in its branch; value_on: when it was paid |
| fund_float, sweep_float | rail, amount_minor, reference: of the bank or the rail, once each |
| book_rail_charge | rail, amount_minor, reference: of the rail, once; value_on: the day that the rail took it |
| move_float | rail, amount_minor, reference: the lender's own, once in the district that gives; to_district |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from core.errors import InvalidInput
from core.ledger.accounts import TILL, Account, float_account
from core.ledger.journals import unassigned
from core.loans.events import Repayment, Reversal, Waiver, WriteOff
from core.loans.parts import Part
from core.loans.refusals import CreditPaidOut, LoanNotActive, NotDisbursed
from core.money import ZERO, Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan, LoanStatus, Payment
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Actor
from core.references import Reference
from core.use_cases.bookkeeping import history_of, record_event
from core.use_cases.handing_back import check_its_till, hand_back
from core.use_cases.leaving_suspense import leave_suspense
from core.use_cases.loan_events import events_of
from core.use_cases.locating import district_of, reserve_reference
from core.use_cases.moving_floats import change_float, check_charge, check_fund, check_move, check_sweep, move_float
from core.use_cases.paying_back import free_credit
from core.use_cases.refunding import (
    check_refund_credit,
    check_refund_payment,
    hold_suspense,
    payment_of,
    refund_credit,
    refund_payment,
)
from core.use_cases.repaying import PAYABLE, repayment_key
from core.use_cases.settling import check_settle, settle
from core.use_cases.taking_cash import check_cash, take_cash
from core.use_cases.telling import tell_reversed, tell_waived

_TO_PAYER: Final = "payer"
_TO_SUSPENSE: Final = "suspense"

Data = Mapping[str, Any]


async def check_proposal(engine: Engine, unit: Unit, actor: Actor, kind: ProposalKind, data: Data) -> str:
    """Weigh a change before a second person sees it; what it is about, in a form that two proposals can be compared by.

    Raises `InvalidInput`, `NotFound`, `Conflict` and the refusals of `core.loans.refusals`.
    """
    return await _CHECKS[kind](engine, unit, actor, data)


async def effect_of(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Carry a proposal out in this unit, weighing it again: the books may have moved since it was made."""
    await _CHECKS[proposal.kind](engine, unit, actor, proposal.data)
    await _EFFECTS[proposal.kind](engine, unit, actor, proposal)


# --- payments --------------------------------------------------------------------------------------------------------


async def _check_assign(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    payment = await payment_of(unit, actor, data, "suspense")
    reference = Reference.parse(str(data["loan_reference"]))
    async with engine.record.unit(await district_of(engine, reference)) as theirs:
        loan = await theirs.loans.by_reference(reference, mfi_id=actor.mfi_id)
    if loan.status not in PAYABLE:
        raise NotDisbursed
    return _subject(payment)


async def _assign(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    payment = await hold_suspense(unit, actor, proposal.data)
    await leave_suspense(engine, unit, payment, Reference.parse(str(proposal.data["loan_reference"])))


async def _check_reverse(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    if data["to"] not in (_TO_PAYER, _TO_SUSPENSE):
        raise InvalidInput("money goes back to the payer or to suspense", field="to")
    payment = await payment_of(unit, actor, data, "posted")
    if data["to"] == _TO_PAYER and payment.rail == TILL:
        # A loan is locked before its district's books, here as everywhere.
        await unit.loans.get(payment.its_loan_id, mfi_id=actor.mfi_id, lock=True)
        await check_its_till(engine, unit, payment)
    return _subject(payment)


async def _reverse(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    payment = await payment_of(unit, actor, proposal.data, "posted")
    loan = await unit.loans.get(payment.its_loan_id, mfi_id=actor.mfi_id, lock=True)
    key = repayment_key(payment.rail, payment.rail_reference, payment.assignment)
    source = await _source(unit, loan, key)
    goes_back = proposal.data["to"] == _TO_PAYER
    account = await record_event(engine, unit, loan, lambda n: Reversal(f"reversal:{key}", n, key), actor=actor)
    if await free_credit(engine, unit, loan) < ZERO:
        raise CreditPaidOut("a refund under way takes what this payment paid too much")
    await unit.payments.save(replace(payment, status="reversed"))
    await tell_reversed(engine, unit, loan, account, payment.amount, payment.receipt)
    if not goes_back:
        await _to_suspense(engine, unit, payment, source)
    elif payment.rail == TILL:
        await hand_back(engine, unit, payment, source)
    else:
        await _move(engine, unit, payment, f"returned:{key}", source, float_account(payment.rail))


async def _source(unit: Unit, loan: Loan, key: str) -> str:
    """The account that a payment came to its loan from: the rail's float, suspense, or clearing."""
    events = events_of(await unit.loans.events(loan.id))
    return {event.key: event.money_account for event in events if isinstance(event, Repayment)}[key]


async def _move(engine: Engine, unit: Unit, payment: Payment, key: str, source: str, destination: str) -> None:
    """The loan gave the money back to where it had it from; now it goes on to where it really is."""
    today = await unit.business_date()
    journal = unassigned(key=key, source=source, destination=destination, amount=payment.amount, value_on=today)
    if journal is not None:
        await unit.ledger.post(payment.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)


async def _to_suspense(engine: Engine, unit: Unit, payment: Payment, source: str) -> None:
    """The money is still here: it waits in this district until somebody says where it belongs."""
    assignment = payment.assignment + 1
    key = repayment_key(payment.rail, payment.rail_reference, assignment)
    await unit.payments.add(
        replace(
            payment,
            id=engine.identifiers.new_id(),
            assignment=assignment,
            receipt=await reserve_reference(engine, "receipt", unit.district, key),
            recorded_at=engine.clock.now(),
            loan_id=None,
            borrower_id=None,
            status="suspense",
        )
    )
    await _move(engine, unit, payment, key, source, Account.SUSPENSE)


def _subject(payment: Payment) -> str:
    return f"{payment.rail}:{payment.rail_reference}"


# --- loans -----------------------------------------------------------------------------------------------------------


async def _check_waive(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    loan = await _loan(unit, actor, data)
    waiver = _waiver(data, "weighed", await unit.business_date())
    (await history_of(engine, unit, loan)).recorded(waiver(1))
    return f"{loan.reference}/{int(data['instalment'])}/{data['part']}"


async def _waive(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    loan = await _loan(unit, actor, proposal.data)
    waiver = _waiver(proposal.data, f"waiver:{proposal.id}", await unit.business_date())
    account = await record_event(engine, unit, loan, waiver, actor=actor)
    amount = Money(int(proposal.data["amount_minor"]))
    await tell_waived(engine, unit, loan, account, amount, f"waived:{proposal.id}")


def _waiver(data: Data, key: str, on: date) -> Callable[[int], Waiver]:
    part, amount = Part(str(data["part"])), Money(int(data["amount_minor"]))
    return lambda n: Waiver(key, n, on, int(data["instalment"]), part, amount)


async def _check_write_off(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    loan = await _loan(unit, actor, data)
    if loan.status is not LoanStatus.ACTIVE:
        raise LoanNotActive(f"the loan is {loan.status}")
    return str(loan.reference)


async def _write_off(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    loan = await _loan(unit, actor, proposal.data)
    today = await unit.business_date()
    await record_event(engine, unit, loan, lambda n: WriteOff(f"write_off:{loan.id}", n, today), actor=actor)


async def _loan(unit: Unit, actor: Actor, data: Data) -> Loan:
    reference = Reference.parse(str(data["loan_reference"]))
    return await unit.loans.by_reference(reference, mfi_id=actor.mfi_id, lock=True)


_Check = Callable[[Engine, Unit, Actor, Data], Awaitable[str]]
_Effect = Callable[[Engine, Unit, Actor, Proposal], Awaitable[None]]

_CHECKS: Final[Mapping[ProposalKind, _Check]] = {
    ProposalKind.ASSIGN_PAYMENT: _check_assign,
    ProposalKind.REVERSE_PAYMENT: _check_reverse,
    ProposalKind.WAIVE: _check_waive,
    ProposalKind.WRITE_OFF: _check_write_off,
    ProposalKind.SETTLE_PAYOUT: check_settle,
    ProposalKind.REFUND_PAYMENT: check_refund_payment,
    ProposalKind.REFUND_CREDIT: check_refund_credit,
    ProposalKind.TAKE_CASH: check_cash,
    ProposalKind.FUND_FLOAT: check_fund,
    ProposalKind.SWEEP_FLOAT: check_sweep,
    ProposalKind.BOOK_RAIL_CHARGE: check_charge,
    ProposalKind.MOVE_FLOAT: check_move,
}
_EFFECTS: Final[Mapping[ProposalKind, _Effect]] = {
    ProposalKind.ASSIGN_PAYMENT: _assign,
    ProposalKind.REVERSE_PAYMENT: _reverse,
    ProposalKind.WAIVE: _waive,
    ProposalKind.WRITE_OFF: _write_off,
    ProposalKind.SETTLE_PAYOUT: settle,
    ProposalKind.REFUND_PAYMENT: refund_payment,
    ProposalKind.REFUND_CREDIT: refund_credit,
    ProposalKind.TAKE_CASH: take_cash,
    ProposalKind.FUND_FLOAT: change_float,
    ProposalKind.SWEEP_FLOAT: change_float,
    ProposalKind.BOOK_RAIL_CHARGE: change_float,
    ProposalKind.MOVE_FLOAT: move_float,
}
