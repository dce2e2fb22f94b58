"""Money in suspense on its way to its loan: at once where the loan is in this district, else through clearing."""

from __future__ import annotations

from dataclasses import replace

from core.ledger.accounts import Account
from core.ledger.journals import payment_leaves_suspense
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Payment
from core.references import Reference
from core.use_cases.assigning import post_assigned
from core.use_cases.locating import district_of
from core.use_cases.transferring import PAYMENT_TRANSFER, payment_transfer_data, send_transfer


async def leave_suspense(engine: Engine, unit: Unit, payment: Payment, reference: Reference) -> None:
    """Put a payment, which the caller holds, on the lender's loan with this reference."""
    target = await district_of(engine, reference)
    await unit.payments.save(replace(payment, status="assigned"))
    if target == unit.district:
        loan = await unit.loans.by_reference(reference, mfi_id=payment.mfi_id, lock=True)
        await post_assigned(engine, unit, payment, loan, source=Account.SUSPENSE)
        return
    transfer_id = f"assigned:{payment.rail}:{payment.rail_reference}:{payment.assignment + 1}"
    today = await unit.business_date()
    journal = payment_leaves_suspense(
        key=f"{transfer_id}:out", amount=payment.amount, value_on=today, transfer_id=transfer_id
    )
    await unit.ledger.post(payment.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)
    data = payment_transfer_data(engine, payment, reference, target, transfer_id)
    await send_transfer(engine, unit, PAYMENT_TRANSFER, transfer_id, data)
