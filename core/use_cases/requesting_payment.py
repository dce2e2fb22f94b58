"""Asking a borrower's own wallet for a repayment, because they said on the phone that they want to pay now.

The rail prompts them and their wallet's PIN is the yes, so ours is not asked for: a request by itself moves nothing.
Nothing is booked until the rail tells of a payment, which comes and is matched like every other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from core.money import ZERO, Money, total
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.rails import CollectingRail, PayoutAnswer, PayoutResult
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.catalogue import Mfi
from core.records.loan import Loan, LoanStatus
from core.records.message import MessageKind
from core.records.wallet import PaymentRequest, PaymentRequestStatus, Wallet
from core.references import Reference
from core.use_cases.borrowing import own_loan
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.telling import tell_of_loan

REQUEST_TOPIC: Final = "payment_request"
AGAIN_AFTER: Final = timedelta(minutes=2)
"""A prompt stands on a phone for about so long: a second one beside it would be paid twice."""

REQUESTS_A_DAY_MAX: Final = 10
"""For one loan: more than that is no way to pay, and each costs the lender a charge."""

_OWED: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF})
_DAY: Final = timedelta(days=1)


class RequestOutcome(StrEnum):
    """What came of it. Already: a prompt may still stand on the phone. Not running: nothing is owed on the loan."""

    ASKED = "asked"
    ALREADY = "already"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class RequestPayment:
    """The borrower wants to pay so much of a loan from the number that they speak from."""

    phone: PhoneNumber
    loan_reference: Reference
    amount: Money
    key: str


def collecting_rail(engine: Engine, mfi: Mfi) -> CollectingRail | None:
    """The rail on which a lender has an account and can have people asked; None where none can."""
    for name in sorted(mfi.rail_accounts):
        rail: object = engine.rails.get(name)
        if isinstance(rail, CollectingRail):
            return rail
    return None


async def request_payment(engine: Engine, command: RequestPayment) -> RequestOutcome:
    """Have the rail prompt the caller, at most for what is owed. Once for each key.

    Raises `NotRegistered`, `NotFound`, `DistrictDown`.
    """
    entry = await registered(engine, command.phone)
    key = f"{command.key}:{entry.borrower_id}"
    async with engine.record.unit(entry.district) as unit:
        earlier = await earlier_outcome(unit, key)
        if earlier is not None:
            return RequestOutcome(earlier["outcome"])
        loan = await own_loan(unit, entry, command.loan_reference)
        outcome = await _ask(engine, unit, loan, command)
        await unit.commands.complete(key, {"outcome": outcome.value})
        await unit.commit()
    return outcome


async def send_payment_request(engine: Engine, row: OutboxRow) -> None:
    """Hand a request to its rail, once: one that may have been handed over is never repeated, the borrower can."""
    async with engine.record.unit(row.district) as unit:
        request = await unit.payment_requests.get(str(row.data["reference"]), lock=True)
        if request.status is not PaymentRequestStatus.QUEUED:
            return
        # Whatever is not set up must be found before the mark.
        loan = await unit.loans.get(request.loan_id)
        rail: object = engine.rails[request.wallet.rail]
        account = (await engine.record.catalogue()).mfi(loan.mfi_id).rail_accounts[request.wallet.rail]
        await unit.payment_requests.save(replace(request, status=PaymentRequestStatus.SENT))
        await unit.commit()
    answer = await _prompt(rail, request, account)
    if answer.answer is PayoutAnswer.FAILED:
        await _refused(engine, row, request, answer.failure_code)


async def _prompt(rail: object, request: PaymentRequest, rail_account: str) -> PayoutResult:
    if not isinstance(rail, CollectingRail):
        return PayoutResult(PayoutAnswer.FAILED, failure_code="not_supported")
    return await rail.request_payment(
        request.reference,
        payer=request.wallet.number.e164,
        amount=request.amount,
        rail_account=rail_account,
        account=str(request.loan_reference),
    )


async def _ask(engine: Engine, unit: Unit, loan: Loan, command: RequestPayment) -> RequestOutcome:
    rail = collecting_rail(engine, (await engine.record.catalogue()).mfi(loan.mfi_id))
    owed = total(row.outstanding for row in await unit.loans.instalments(loan.id))
    if rail is None or loan.status not in _OWED or not ZERO < command.amount <= owed:
        return RequestOutcome.NOT_RUNNING
    now = engine.clock.now()
    earlier = await unit.payment_requests.of_loan(loan.id)
    standing = [one for one in earlier if one.status is not PaymentRequestStatus.REFUSED]
    is_standing = any(now - one.asked_at < AGAIN_AFTER for one in standing)
    if is_standing or sum(now - one.asked_at < _DAY for one in earlier) >= REQUESTS_A_DAY_MAX:
        return RequestOutcome.ALREADY
    request = PaymentRequest(
        loan_id=loan.id,
        reference=f"Q{loan.reference}{len(earlier) + 1:02d}",
        loan_reference=loan.reference,
        wallet=Wallet(rail.name, command.phone),
        amount=command.amount,
        status=PaymentRequestStatus.QUEUED,
        asked_at=now,
    )
    await unit.payment_requests.add(request)
    await _queue(engine, unit, request)
    return RequestOutcome.ASKED


async def _queue(engine: Engine, unit: Unit, request: PaymentRequest) -> None:
    await unit.outbox.add(
        OutboxRow(
            id=engine.identifiers.new_id(),
            district=unit.district,
            topic=REQUEST_TOPIC,
            kind="send",
            key=f"payment_request:{request.reference}",
            data={"reference": request.reference},
            due_at=engine.clock.now(),
        )
    )


async def _refused(engine: Engine, row: OutboxRow, request: PaymentRequest, failure_code: str) -> None:
    """The rail prompted nobody: the borrower hears how else to pay."""
    async with engine.record.unit(row.district) as unit:
        loan = await unit.loans.get(request.loan_id)
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        refused = replace(request, status=PaymentRequestStatus.REFUSED, failure_code=failure_code)
        await unit.payment_requests.save(refused)
        await tell_of_loan(
            engine,
            unit,
            MessageKind.PAYMENT_REQUEST_REFUSED,
            loan,
            key=f"payment_request_refused:{request.reference}",
            amount_minor=request.amount,
            rail_account=mfi.rail_accounts[request.wallet.rail],
        )
        await unit.commit()
