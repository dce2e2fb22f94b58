"""Money between districts: what leaves one is written down with an outbox row, and arrives in the other once by its id.

Each half is a balanced journal against inter-district clearing, so that each district's books balance at all times, and
clearing over all districts is zero when nothing is in flight.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from core.ledger.accounts import Account
from core.ledger.journals import transfer_in, transfer_out
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.loan import Payment
from core.references import Reference
from core.use_cases.assigning import post_assigned
from core.use_cases.floats import check_till
from core.use_cases.idempotency import earlier_outcome

TRANSFER_TOPIC: Final = "transfer"
FLOAT_TRANSFER: Final = "float"
PAYMENT_TRANSFER: Final = "payment"
CASH_TRANSFER: Final = "cash"
"""What is owed to a payer on its way to the till that hands it out: there money leaves by it, and none arrives."""


async def receive_transfer(engine: Engine, row: OutboxRow) -> None:
    """The second half of a transfer, once by its id.

    Raises `DistrictDown`, and `TillTooLow` for cash that was banked meanwhile: the row is then tried again.
    """
    transfer_id = str(row.data["transfer_id"])
    async with engine.record.unit(str(row.data["to_district"])) as unit:
        if await earlier_outcome(unit, f"{transfer_id}:in") is not None:
            return
        if row.kind == PAYMENT_TRANSFER:
            await _receive_payment(engine, unit, row)
        else:
            await _move_float(engine, unit, row)
        await unit.commands.complete(f"{transfer_id}:in", {"transfer_id": transfer_id})
        await unit.commit()


async def send_transfer(engine: Engine, unit: Unit, kind: str, transfer_id: str, data: dict[str, Any]) -> None:
    """Have what has left this unit's books brought to the other district: its row is what `receive_transfer` takes."""
    await unit.outbox.add(
        OutboxRow(
            id=engine.identifiers.new_id(),
            district=unit.district,
            topic=TRANSFER_TOPIC,
            kind=kind,
            key=transfer_id,
            data=data,
            due_at=engine.clock.now(),
        )
    )


def float_transfer_data(mfi_id: UUID, rail: str, to_district: str, amount: Money, transfer_id: str) -> dict[str, Any]:
    """A part of a float, or cash for a till, on its way to another district."""
    return {
        "mfi_id": str(mfi_id),
        "rail": rail,
        "to_district": to_district,
        "amount_minor": amount.minor,
        "transfer_id": transfer_id,
    }


def payment_transfer_data(
    engine: Engine, payment: Payment, loan: Reference, to_district: str, transfer_id: str
) -> dict[str, Any]:
    """A payment on its way to another district. Who paid is sealed: an outbox row holds nothing personal."""
    payer = engine.sealer.seal(json.dumps(payment.payer).encode(), _context(transfer_id))
    return {
        "transfer_id": transfer_id,
        "to_district": to_district,
        "loan_reference": str(loan),
        "mfi_id": str(payment.mfi_id),
        "rail": payment.rail,
        "rail_reference": payment.rail_reference,
        "assignment": payment.assignment,
        "receipt": str(payment.receipt),
        "amount_minor": payment.amount.minor,
        "payer_sealed": payer.hex(),
        "account": payment.account,
        "paid_at": payment.paid_at.isoformat(),
        "value_on": payment.value_on.isoformat(),
    }


async def _move_float(engine: Engine, unit: Unit, row: OutboxRow) -> None:
    today = await unit.business_date()
    transfer_id = str(row.data["transfer_id"])
    mfi_id, amount = UUID(str(row.data["mfi_id"])), Money(int(row.data["amount_minor"]))
    move = transfer_in
    if row.kind == CASH_TRANSFER:
        await check_till(unit, mfi_id, amount)
        move = transfer_out
    journal = move(
        key=f"{transfer_id}:in",
        rail=str(row.data["rail"]),
        amount=amount,
        value_on=today,
        transfer_id=transfer_id,
    )
    await unit.ledger.post(mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)


async def _receive_payment(engine: Engine, unit: Unit, row: OutboxRow) -> None:
    data = row.data
    opened = engine.sealer.open(bytes.fromhex(str(data["payer_sealed"])), _context(str(data["transfer_id"])))
    payment = Payment(
        id=engine.identifiers.new_id(),
        district=unit.district,
        mfi_id=UUID(str(data["mfi_id"])),
        rail=str(data["rail"]),
        rail_reference=str(data["rail_reference"]),
        assignment=int(data["assignment"]),
        receipt=Reference.parse(str(data["receipt"])),
        amount=Money(int(data["amount_minor"])),
        payer=str(json.loads(opened)),
        account=str(data["account"]),
        paid_at=datetime.fromisoformat(str(data["paid_at"])),
        value_on=date.fromisoformat(str(data["value_on"])),
        recorded_at=engine.clock.now(),
        loan_id=None,
        borrower_id=None,
        status="suspense",
    )
    loan = await unit.loans.by_reference(Reference.parse(str(data["loan_reference"])), mfi_id=payment.mfi_id, lock=True)
    await post_assigned(engine, unit, payment, loan, source=Account.CLEARING)


def _context(transfer_id: str) -> str:
    return f"transfer:{transfer_id}"
