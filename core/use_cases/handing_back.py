"""Cash of a payment that was reversed, handed back over the counter: out of the till that took it, and no other.

The loan may be another district's. What is owed to the payer then leaves its books through clearing and becomes a
withdrawal from the till where the cash lies, as the payment itself had come the other way.
"""

from __future__ import annotations

from core.ledger.accounts import TILL, Account, float_account
from core.ledger.journals import payment_leaves_suspense, unassigned
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Payment
from core.records.till_number import TillNumber
from core.use_cases.floats import check_till
from core.use_cases.repaying import repayment_key
from core.use_cases.transferring import CASH_TRANSFER, float_transfer_data, send_transfer


async def check_its_till(engine: Engine, unit: Unit, payment: Payment) -> None:
    """Raise `TillTooLow` unless the till that took a payment still holds as much. Raises `DistrictDown`."""
    till = _till_of(payment)
    if till == unit.district:
        await check_till(unit, payment.mfi_id, payment.amount)
        return
    async with engine.record.unit(till) as theirs:
        await check_till(theirs, payment.mfi_id, payment.amount)


async def hand_back(engine: Engine, unit: Unit, payment: Payment, source: str) -> None:
    """Take the cash of a payment that was reversed out of its till; `source` is where the loan left it."""
    if _till_of(payment) == unit.district:
        await _post(engine, unit, payment, source, float_account(TILL))
        return
    await _post(engine, unit, payment, source, Account.SUSPENSE)
    await _send(engine, unit, payment)


async def _post(engine: Engine, unit: Unit, payment: Payment, source: str, destination: str) -> None:
    today = await unit.business_date()
    key = f"returned:{_key(payment)}"
    journal = unassigned(key=key, source=source, destination=destination, amount=payment.amount, value_on=today)
    if journal is not None:
        await unit.ledger.post(payment.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)


async def _send(engine: Engine, unit: Unit, payment: Payment) -> None:
    today = await unit.business_date()
    transfer_id = f"handed_back:{_key(payment)}"
    journal = payment_leaves_suspense(
        key=f"{transfer_id}:out", amount=payment.amount, value_on=today, transfer_id=transfer_id
    )
    await unit.ledger.post(payment.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)
    data = float_transfer_data(payment.mfi_id, TILL, _till_of(payment), payment.amount, transfer_id)
    await send_transfer(engine, unit, CASH_TRANSFER, transfer_id, data)


def _key(payment: Payment) -> str:
    return repayment_key(payment.rail, payment.rail_reference, payment.assignment)


def _till_of(payment: Payment) -> str:
    return TillNumber.parse(payment.rail_reference).district
