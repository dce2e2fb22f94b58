"""What the fate of a refund does to the books: only money that left lowers what is owed to whoever paid it.

Until a rail confirms it, and after one that failed, the credit is the borrower's and the suspense is the payer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.ledger.journals import suspense_refund
from core.loans.events import Refund
from core.money import Money, total
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Disbursement, Loan, Payment, PayoutStatus
from core.records.message import MessageKind
from core.records.staff import Actor
from core.use_cases.bookkeeping import history_of, record_event
from core.use_cases.messages import tell_number
from core.use_cases.telling import tell_of_loan

_SETTLED: Final = frozenset({PayoutStatus.CONFIRMED, PayoutStatus.FAILED})


async def free_credit(engine: Engine, unit: Unit, loan: Loan, *, but: Disbursement | None = None) -> Money:
    """What a borrower paid too much on a loan, less what other refunds may still take of it."""
    history = await history_of(engine, unit, loan)
    under_way = [refund for refund in await unit.disbursements.refunds(loan.id) if refund.status not in _SETTLED]
    reserved = total(refund.amount for refund in under_way if but is None or refund.id != but.id)
    return history.account(history.closed_through).overpaid - reserved


class CreditPaidBack:
    """`core.use_cases.disbursing.PayoutEffect` of what a borrower paid too much."""

    async def hold(self, _engine: Engine, unit: Unit, payout: Disbursement) -> None:
        await unit.loans.get(payout.its_loan_id, lock=True)

    async def make_way(self, engine: Engine, unit: Unit, payout: Disbursement) -> bool:
        loan = await unit.loans.get(payout.its_loan_id, lock=True)
        return payout.amount <= await free_credit(engine, unit, loan, but=payout)

    async def arrived(self, engine: Engine, unit: Unit, payout: Disbursement, actor: Actor | None) -> None:
        loan = await unit.loans.get(payout.its_loan_id, lock=True)
        key, today = f"refund:{payout.reference}", await unit.business_date()
        await record_event(engine, unit, loan, lambda n: Refund(key, n, payout.rail, today, payout.amount), actor=actor)
        await tell_of_loan(
            engine,
            unit,
            MessageKind.CREDIT_REFUNDED,
            loan,
            key=key,
            amount_minor=payout.amount,
            wallet_masked=payout.wallet[-3:],
        )

    async def failed(self, _engine: Engine, _unit: Unit, _payout: Disbursement, _actor: Actor | None) -> None:
        """Nothing was taken from the credit, so nothing is given back."""


class SuspensePaidBack:
    """`core.use_cases.disbursing.PayoutEffect` of money that matched nothing and goes back to its payer."""

    async def hold(self, _engine: Engine, unit: Unit, payout: Disbursement) -> None:
        await unit.payments.by_id(payout.subject_id, lock=True)

    async def make_way(self, _engine: Engine, unit: Unit, payout: Disbursement) -> bool:
        payment = await unit.payments.by_id(payout.subject_id, lock=True)
        others = await _others_under_way(unit, payout)
        return payment.status in {"suspense", "refunding"} and not others

    async def arrived(self, engine: Engine, unit: Unit, payout: Disbursement, _actor: Actor | None) -> None:
        payment = await unit.payments.by_id(payout.subject_id, lock=True)
        today = await unit.business_date()
        key = f"refund:{payout.reference}"
        journal = suspense_refund(key=key, rail=payout.rail, amount=payout.amount, value_on=today)
        await unit.ledger.post(payout.mfi_id, [journal], recorded_at=engine.clock.now(), business_on=today)
        await unit.payments.save(replace(payment, status="refunded"))
        await _tell_payer(engine, unit, payout, payment, key)

    async def failed(self, _engine: Engine, unit: Unit, payout: Disbursement, _actor: Actor | None) -> None:
        payment = await unit.payments.by_id(payout.subject_id, lock=True)
        if payment.status == "refunding" and not await _others_under_way(unit, payout):
            await unit.payments.save(replace(payment, status="suspense"))


async def _others_under_way(unit: Unit, payout: Disbursement) -> Sequence[Disbursement]:
    """Other refunds of the same payment that may leave, or may have left, and are not only said late to have."""
    refunds = await unit.disbursements.refunds(payout.subject_id)
    return [
        other
        for other in refunds
        if other.id != payout.id and other.status is not PayoutStatus.FAILED and not other.contradicted_by
    ]


async def _tell_payer(engine: Engine, unit: Unit, payout: Disbursement, payment: Payment, key: str) -> None:
    """Whoever paid may be nobody's borrower, so the message goes to the number."""
    mfi = (await engine.record.catalogue()).mfi(payout.mfi_id)
    await tell_number(
        engine,
        unit,
        MessageKind.PAYMENT_REFUNDED,
        PhoneNumber.parse(payout.wallet),
        key=key,
        mfi_id=mfi.id,
        mfi_name=mfi.name,
        receipt=payment.receipt,
        amount_minor=payout.amount,
    )
