"""Putting a payment that waited in suspense on its loan."""

from __future__ import annotations

from dataclasses import replace

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan, Payment
from core.use_cases.bookkeeping import receive_repayment, value_date
from core.use_cases.locating import reserve_reference
from core.use_cases.repaying import repayment_key


async def post_assigned(engine: Engine, unit: Unit, payment: Payment, loan: Loan, *, source: str) -> None:
    """Put a payment that waited on its loan, as the next assignment of it, with the value date that it had."""
    assignment = payment.assignment + 1
    key = repayment_key(payment.rail, payment.rail_reference, assignment)
    receipt = await reserve_reference(engine, "receipt", unit.district, key)
    value_on = value_date(payment.value_on, loan, await unit.business_date())
    await unit.payments.add(
        replace(
            payment,
            id=engine.identifiers.new_id(),
            district=unit.district,
            assignment=assignment,
            receipt=receipt,
            value_on=value_on,
            recorded_at=engine.clock.now(),
            loan_id=loan.id,
            borrower_id=loan.borrower_id,
            status="posted",
        )
    )
    await receive_repayment(engine, unit, loan, payment, receipt=receipt, key=key, value_on=value_on, source=source)
