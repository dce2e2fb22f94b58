"""Sending money back, as one person proposes it and another carries it out: out of suspense, or a borrower's credit.

Carrying it out releases a payout of its own with its own number; what is owed stays owed until the rail confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import Conflict, InvalidInput, NotFound
from core.loans.refusals import NotDisbursed, NotMoreThanNothing, RefundAboveCredit
from core.money import ZERO, Money
from core.phones import NotALesothoMobile, PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Disbursement, Loan, Payment, PayoutPurpose, PayoutStatus
from core.records.proposal import Proposal
from core.records.staff import Actor
from core.records.wallet import Wallet
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.cooling_down import check_cooled_down
from core.use_cases.floats import check_float
from core.use_cases.paying_back import free_credit
from core.use_cases.payouts import payout_reference, queue_payout
from core.use_cases.wallets import wallet_served_by

Data = Mapping[str, Any]


class PayerHasNoWallet(InvalidInput):
    """The payer's number is no mobile number of Lesotho, or its rail pays nothing out: nothing can be sent there."""

    code = "payer_has_no_wallet"


async def payment_of(unit: Unit, actor: Actor, data: Data, status: str) -> Payment:
    """The lender's payment that a proposal is about. Raises `NotFound`, and `Conflict` where it has moved on."""
    payment = await unit.payments.get(str(data["rail"]), str(data["rail_reference"]))
    if payment is None or payment.mfi_id != actor.mfi_id:
        raise NotFound("there is no such payment")
    if payment.status != status:
        raise Conflict(f"the payment is {payment.status}")
    return payment


async def hold_suspense(unit: Unit, actor: Actor, data: Data) -> Payment:
    """The lender's payment in suspense, held, so that it goes one way only. Raises as `payment_of`."""
    seen = await payment_of(unit, actor, data, "suspense")
    payment = await unit.payments.by_id(seen.id, lock=True)
    if payment.status != "suspense":  # somebody else had it while this waited
        raise Conflict(f"the payment is {payment.status}")
    return payment


async def check_refund_payment(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh sending money in suspense back. Raises `PayerHasNoWallet`, `FloatTooLow`, `NotFound`, `Conflict`."""
    payment = await payment_of(unit, actor, data, "suspense")
    _wallet_of(engine, payment)
    await check_float(unit, payment.mfi_id, payment.rail, payment.amount)
    return f"{payment.rail}:{payment.rail_reference}"


async def refund_payment(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Send it. The payment is neither assigned nor sent back again while this may still leave."""
    payment = await hold_suspense(unit, actor, proposal.data)
    await unit.payments.save(replace(payment, status="refunding"))
    wallet = _wallet_of(engine, payment)
    attempt = len(await unit.disbursements.refunds(payment.id)) + 1
    await _send(
        engine,
        unit,
        actor,
        Disbursement(
            id=engine.identifiers.new_id(),
            district=unit.district,
            loan_id=None,
            mfi_id=payment.mfi_id,
            attempt=attempt,
            rail=payment.rail,
            reference=payout_reference(payment.receipt, attempt, PayoutPurpose.SUSPENSE),
            wallet=wallet.e164,
            amount=payment.amount,
            status=PayoutStatus.QUEUED,
            released_by=actor.staff_id,
            released_by_name=actor.name,
            released_at=engine.clock.now(),
            purpose=PayoutPurpose.SUSPENSE,
            payment_id=payment.id,
        ),
    )


async def check_refund_credit(engine: Engine, unit: Unit, actor: Actor, data: Data) -> str:
    """Weigh sending a part of a borrower's credit back.

    Raises `RefundAboveCredit`, `FloatTooLow`, `RailNotServed`, `NotFound`. A cool-down may be over by the time that it
    is carried out, so only carrying it out looks at that.
    """
    loan = await _loan_with_credit(unit, actor, data)
    amount = Money(int(data["amount_minor"]))
    if amount <= ZERO:
        raise NotMoreThanNothing(field="amount")
    credit = await free_credit(engine, unit, loan)
    if amount > credit:
        raise RefundAboveCredit(f"of the borrower's credit {credit} is free", field="amount")
    wallet = await _borrowers_wallet(engine, unit, loan)
    await check_float(unit, loan.mfi_id, wallet.rail, amount)
    return str(loan.reference)


async def refund_credit(engine: Engine, unit: Unit, actor: Actor, proposal: Proposal) -> None:
    """Send it to the borrower's wallet. Raises `PayoutCoolingDown`, `RailNotServed`."""
    loan = await _loan_with_credit(unit, actor, proposal.data)
    await check_cooled_down(engine, unit, loan.borrower_id)
    wallet = await _borrowers_wallet(engine, unit, loan)
    attempt = len(await unit.disbursements.refunds(loan.id)) + 1
    await _send(
        engine,
        unit,
        actor,
        Disbursement(
            id=engine.identifiers.new_id(),
            district=unit.district,
            loan_id=loan.id,
            mfi_id=loan.mfi_id,
            attempt=attempt,
            rail=wallet.rail,
            reference=payout_reference(loan.reference, attempt, PayoutPurpose.CREDIT),
            wallet=wallet.number.e164,
            amount=Money(int(proposal.data["amount_minor"])),
            status=PayoutStatus.QUEUED,
            released_by=actor.staff_id,
            released_by_name=actor.name,
            released_at=engine.clock.now(),
            purpose=PayoutPurpose.CREDIT,
        ),
    )


async def _send(engine: Engine, unit: Unit, actor: Actor, payout: Disbursement) -> None:
    await unit.disbursements.add(payout)
    await queue_payout(engine, unit, payout)
    await audit(engine, unit, actor, "refund.released", payout.reference, amount=payout.amount)


async def _loan_with_credit(unit: Unit, actor: Actor, data: Data) -> Loan:
    reference = Reference.parse(str(data["loan_reference"]))
    loan = await unit.loans.by_reference(reference, mfi_id=actor.mfi_id, lock=True)
    if loan.disbursed_on is None:
        raise NotDisbursed
    return loan


async def _borrowers_wallet(engine: Engine, unit: Unit, loan: Loan) -> Wallet:
    borrower = await unit.borrowers.get(loan.borrower_id, lock=True)
    return await wallet_served_by(unit, borrower, (await engine.record.catalogue()).mfi(loan.mfi_id))


def _wallet_of(engine: Engine, payment: Payment) -> PhoneNumber:
    if payment.rail not in engine.rails:
        raise PayerHasNoWallet(f"{payment.rail} pays nothing out", field="to")
    try:
        return PhoneNumber.parse(payment.payer)
    except NotALesothoMobile:
        raise PayerHasNoWallet(field="to") from None
