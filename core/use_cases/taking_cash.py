"""A repayment in cash at a branch, booked by two persons from the till's receipt.

The cash is where it was paid, the loan where its borrower registered. Where that is the same district it is posted at
once; else it comes into this one's suspense and leaves it through clearing in the same transaction. From then on it is
a payment like all others: listed, receipted by SMS, reversible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.calendar import maseru_instant
from core.errors import InvalidInput
from core.ledger.accounts import TILL
from core.ledger.journals import copied_number, suspense_receipt
from core.loans.refusals import NotDisbursed, NotMoreThanNothing
from core.money import ZERO, Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan, Payment
from core.records.proposal import Proposal
from core.records.staff import Actor
from core.records.till_number import TillNumber
from core.references import Reference
from core.use_cases.bookkeeping import receive_repayment, value_date
from core.use_cases.floats import ReferenceUsed
from core.use_cases.leaving_suspense import leave_suspense
from core.use_cases.locating import district_of, reserve_reference
from core.use_cases.repaying import PAYABLE, repayment_key
from core.use_cases.value_days import check_value_day

_PAID_AT_HOUR = 12
"""A slip has a day and no hour."""

Data = Mapping[str, Any]


async def check_cash(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh cash that a borrower brought.

    Raises `NotMoreThanNothing`, `ReferenceUsed`, `ValueDayOutside`, `NotDisbursed`, `NotFound` for no loan of the
    lender's, and `InvalidInput` in a district where the lender does not work.
    """
    catalogue = await engine.record.catalogue()
    if not catalogue.mfi(actor.mfi_id).works_in(catalogue.district(unit.district)):
        raise InvalidInput("the lender has no branch in that district", field="district")
    if Money(int(data["amount_minor"])) <= ZERO:
        raise NotMoreThanNothing(field="amount")
    number = await _till_number(engine, unit, actor, data)
    if await unit.payments.get(TILL, number) is not None:
        raise ReferenceUsed(field="reference")
    check_value_day(_paid_on(data), await unit.business_date())
    reference = Reference.parse(str(data["loan_reference"]))
    async with engine.record.unit(await district_of(engine, reference)) as theirs:
        loan = await theirs.loans.by_reference(reference, mfi_id=actor.mfi_id)
    if loan.status not in PAYABLE:
        raise NotDisbursed
    return f"{TILL}:{number}"


async def cash_payment(engine: Engine, unit: Unit, actor: Actor, data: Data, receipt: Reference) -> Payment:
    """The payment that cash is, on no loan and not kept yet. Who brought it is not asked."""
    paid_on = _paid_on(data)
    return Payment(
        id=engine.identifiers.new_id(),
        district=unit.district,
        mfi_id=actor.mfi_id,
        rail=TILL,
        rail_reference=await _till_number(engine, unit, actor, data),
        assignment=1,
        receipt=receipt,
        amount=Money(int(data["amount_minor"])),
        payer="",
        account=str(data["loan_reference"]),
        paid_at=min(maseru_instant(paid_on, _PAID_AT_HOUR), engine.clock.now()),
        value_on=paid_on,
        recorded_at=engine.clock.now(),
        loan_id=None,
        borrower_id=None,
        status="suspense",
    )


async def take_cash(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Book it. Raises `ReferenceUsed` when the receipt was booked meanwhile."""
    data = proposal.data
    owner = repayment_key(TILL, await _till_number(engine, unit, actor, data), 1)
    receipt = await reserve_reference(engine, "receipt", unit.district, owner)
    payment = await cash_payment(engine, unit, actor, data, receipt)
    reference = Reference.parse(str(data["loan_reference"]))
    if await district_of(engine, reference) == unit.district:
        await _pay_here(engine, unit, payment, await unit.loans.by_reference(reference, mfi_id=actor.mfi_id, lock=True))
    else:
        await _pay_elsewhere(engine, unit, payment, reference)


async def _pay_here(engine: Engine, unit: Unit, payment: Payment, loan: Loan) -> None:
    value_on = value_date(payment.value_on, loan, await unit.business_date())
    posted = replace(payment, loan_id=loan.id, borrower_id=loan.borrower_id, value_on=value_on, status="posted")
    await _keep(unit, posted)
    await receive_repayment(
        engine, unit, loan, posted, receipt=posted.receipt, key=_key(posted), value_on=posted.value_on
    )


async def _pay_elsewhere(engine: Engine, unit: Unit, payment: Payment, reference: Reference) -> None:
    await _keep(unit, payment)
    today = await unit.business_date()
    journal = suspense_receipt(key=_key(payment), rail=TILL, amount=payment.amount, value_on=today)
    await unit.ledger.post(payment.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)
    await leave_suspense(engine, unit, payment, reference)


async def _keep(unit: Unit, payment: Payment) -> None:
    if not await unit.payments.add(payment):
        raise ReferenceUsed(field="reference")


def _key(payment: Payment) -> str:
    return repayment_key(TILL, payment.rail_reference, payment.assignment)


async def _till_number(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """A receipt's number is one branch's: lender and district are part of it, spaces and case are not."""
    mfi = (await engine.record.catalogue()).mfi(actor.mfi_id)
    return str(TillNumber(mfi.code, unit.district, copied_number(str(data["reference"]))))


def _paid_on(data: Data) -> date:
    return date.fromisoformat(str(data["value_on"]))
