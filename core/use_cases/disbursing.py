"""Paying a loan out: a cashier releases it, the rail is asked once, and only its answer makes the loan active.

A payout is pending until the rail confirms or refuses it. Not knowing is a state of its own: nothing is sent again
until the rail has been asked. Every answer may come twice, late, or in the wrong order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.errors import Conflict, DomainError, NotFound
from core.ledger.accounts import float_account
from core.loans.terms import LoanTerms
from core.money import Money
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.catalogue import Mfi
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from core.records.message import MessageKind
from core.records.staff import Actor, MakerIsChecker, Permission
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.bookkeeping import activate_loan, move_loan
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.locating import district_of
from core.use_cases.messages import tell

PAYOUT_TOPIC: Final = "payout"
DEFAULT_RAIL: Final = "simulated"
_SETTLED: Final = frozenset({PayoutStatus.CONFIRMED, PayoutStatus.FAILED})
_CONFIRMED_LATE: Final = "confirmed_late"
_UNSENT: Final = frozenset({PayoutStatus.AWAITING_SECOND, PayoutStatus.QUEUED})


class IdentityNotChecked(DomainError):
    """No money leaves before somebody noted how the borrower's identity was checked."""

    code = "identity_not_checked"


class FloatTooLow(DomainError):
    """The float does not cover the payout; `shortfall` says by how much."""

    code = "float_too_low"

    def __init__(self, shortfall: Money) -> None:
        super().__init__(f"the float is short by {shortfall}")
        self.shortfall = shortfall


class LenderSuspended(DomainError):
    """The lender may not give new loans."""

    code = "lender_suspended"


@dataclass(frozen=True, slots=True)
class ReleaseDisbursement:
    """Let the money of an accepted loan go."""

    loan_reference: Reference
    seen_version: int
    key: str


async def release_disbursement(engine: Engine, actor: Actor, command: ReleaseDisbursement) -> Disbursement:
    """Release a payout; above the MFI's limit 2 it then waits for a manager.

    Raises `IdentityNotChecked`, `FloatTooLow`, `MakerIsChecker` (who decided on the loan may not pay it out),
    `LenderSuspended`, `Conflict` (stale page, or a payout is under way).
    """
    actor.require(Permission.DISBURSEMENT_RELEASE)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "release", command)
        if earlier is not None:
            return await unit.disbursements.get(str(earlier["reference"]))
        loan = await unit.loans.by_reference(command.loan_reference, mfi_id=actor.mfi_id, lock=True)
        if loan.version != command.seen_version:
            raise Conflict("the loan changed since the page was opened")
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        await _check_may_leave(unit, actor, loan, mfi)
        disbursement = await _new_payout(engine, unit, actor, loan)
        await _check_float(unit, disbursement)
        needs_second = loan.principal > mfi.disbursement_limit_2
        status = PayoutStatus.AWAITING_SECOND if needs_second else PayoutStatus.QUEUED
        disbursement = replace(disbursement, status=status)
        await unit.disbursements.add(disbursement)
        await move_loan(engine, unit, loan, LoanStatus.DISBURSING, "released", actor=actor)
        if not needs_second:
            await _queue(engine, unit, disbursement)
        await audit(engine, unit, actor, "disbursement.released", loan.reference, status=status)
        await unit.commands.complete(key, {"reference": disbursement.reference})
        await unit.commit()
    return disbursement


async def confirm_release(engine: Engine, actor: Actor, command: ReleaseDisbursement) -> Disbursement:
    """The manager's release of a payout above limit 2. Raises `MakerIsChecker` for whoever released it first."""
    actor.require(Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "confirm_release", command)
        loan = await unit.loans.by_reference(command.loan_reference, mfi_id=actor.mfi_id, lock=True)
        payouts = await unit.disbursements.of_loan(loan.id)
        waiting = next((payout for payout in payouts if payout.status is PayoutStatus.AWAITING_SECOND), None)
        if earlier is not None:
            return await unit.disbursements.get(str(earlier["reference"]))
        if waiting is None or loan.version != command.seen_version:
            raise Conflict("no payout of this loan waits for a second person")
        if waiting.released_by == actor.staff_id:
            raise MakerIsChecker
        queued = replace(waiting, status=PayoutStatus.QUEUED)
        await unit.disbursements.save(queued)
        await _queue(engine, unit, queued)
        await audit(engine, unit, actor, "disbursement.second_release", loan.reference)
        await unit.commands.complete(key, {"reference": queued.reference})
        await unit.commit()
    return queued


async def send_payout(engine: Engine, row: OutboxRow) -> None:
    """Ask the rail to pay, once. A payout that was already sent is only asked about.

    Marked as sent before the rail hears of it, so that a crash in between leads to a question and never to a second
    payment.
    """
    reference = str(row.data["reference"])
    async with engine.record.unit(row.district) as unit:
        payout = await unit.disbursements.get(reference, lock=True)
        if payout.status in _SETTLED:
            return
        # Whatever is not set up must be found before the mark: a marked payout is never sent.
        rail = engine.rails[payout.rail]
        account = (await engine.record.catalogue()).mfi(payout.mfi_id).rail_accounts[payout.rail]
        is_first = payout.status is PayoutStatus.QUEUED
        if is_first:
            await unit.disbursements.save(replace(payout, status=PayoutStatus.SENT))
            await unit.commit()
    if is_first:
        result = await rail.pay_out(reference, to=payout.wallet, amount=payout.amount, rail_account=account)
    else:
        result = await rail.query(reference)
    await settle_payout(engine, payout.rail, reference, result)


async def settle_payout(engine: Engine, rail: str, reference: str, result: PayoutResult) -> None:
    """Take in a rail's answer, from the call, a callback or a query. Repeats change nothing.

    Raises `NotFound`, also for a payout that the rail was never asked for: who answers for that one is not the rail.
    """
    if result.answer is PayoutAnswer.ACCEPTED:
        return
    loan_reference = loan_of_payout(reference)
    async with engine.record.unit(await district_of(engine, loan_reference)) as unit:
        # The loan first, as a release takes them: else each could wait for the other, and a late word be lost.
        await unit.loans.by_reference(loan_reference, lock=True)
        payout = await unit.disbursements.get(reference, lock=True)
        if payout.rail != rail or payout.status in _UNSENT:
            raise NotFound("that rail has no such payout")
        if payout.status is PayoutStatus.CONFIRMED:
            return
        if result.answer is PayoutAnswer.CONFIRMED:
            await _confirmed(engine, unit, payout, result)
        elif payout.status is not PayoutStatus.FAILED:
            await _not_confirmed(engine, unit, payout, result)
        await unit.commit()


def payout_reference(loan: Reference, attempt: int) -> str:
    """The payout's own number: letters and digits only and at most twenty, as the narrowest rail wants it."""
    return f"D{loan}{attempt:02d}"


def loan_of_payout(reference: str) -> Reference:
    """The loan that a payout's number names. Raises `InvalidReference`."""
    return Reference.parse(reference[1:-2])


async def _check_may_leave(unit: Unit, actor: Actor, loan: Loan, mfi: Mfi) -> None:
    loan.check_transition(LoanStatus.DISBURSING)
    if not mfi.may_lend:
        raise LenderSuspended
    application = await unit.applications.get(loan.application_id)
    decided = {step.actor_id for step in await unit.applications.transitions(application.id)}
    if actor.staff_id in decided:
        raise MakerIsChecker
    if await unit.borrowers.identity_check(loan.borrower_id, loan.mfi_id) is None:
        raise IdentityNotChecked


async def _new_payout(engine: Engine, unit: Unit, actor: Actor, loan: Loan) -> Disbursement:
    borrower = await unit.borrowers.get(loan.borrower_id)
    attempt = len(await unit.disbursements.of_loan(loan.id)) + 1
    return Disbursement(
        id=engine.identifiers.new_id(),
        district=unit.district,
        loan_id=loan.id,
        mfi_id=loan.mfi_id,
        attempt=attempt,
        rail=DEFAULT_RAIL,
        reference=payout_reference(loan.reference, attempt),
        wallet=borrower.phone.e164,
        amount=LoanTerms.from_json(loan.terms).cash_received,
        status=PayoutStatus.QUEUED,
        released_by=actor.staff_id,
        released_by_name=actor.name,
        released_at=engine.clock.now(),
    )


async def _check_float(unit: Unit, payout: Disbursement) -> None:
    """The float of this district must cover this payout and those under way. The date's lock queues releases up."""
    await unit.lock_business_date()
    held = await unit.ledger.balance(payout.mfi_id, float_account(payout.rail))
    free = held - await unit.disbursements.under_way(payout.mfi_id, payout.rail)
    if free < payout.amount:
        raise FloatTooLow(payout.amount - free)


async def _queue(engine: Engine, unit: Unit, payout: Disbursement) -> None:
    await unit.outbox.add(
        OutboxRow(
            id=engine.identifiers.new_id(),
            district=unit.district,
            topic=PAYOUT_TOPIC,
            kind="send",
            key=f"payout:{payout.reference}",
            data={"reference": payout.reference},
            due_at=engine.clock.now(),
        )
    )


async def _others(unit: Unit, payout: Disbursement) -> list[Disbursement]:
    """The loan's other payouts that may leave, or may have left, held until the unit ends."""
    others = [
        await unit.disbursements.get(other.reference, lock=True)
        for other in await unit.disbursements.of_loan(payout.loan_id)
        if other.id != payout.id
    ]
    return [other for other in others if other.status is not PayoutStatus.FAILED]


async def _confirmed(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    others = await _others(unit, payout)
    if any(other.status not in _UNSENT and other.failure_code != _CONFIRMED_LATE for other in others):
        # Said to have failed, tried anew, and now confirmed after all: two payouts may have left. A person decides.
        await unit.disbursements.save(replace(payout, status=PayoutStatus.UNKNOWN, failure_code=_CONFIRMED_LATE))
        return
    for unsent in (other for other in others if other.status in _UNSENT):
        # The borrower has the money already: the second try must not leave.
        called_off = replace(
            unsent, status=PayoutStatus.FAILED, failure_code="paid_before", settled_at=engine.clock.now()
        )
        await unit.disbursements.save(called_off)
    settled = replace(
        payout,
        status=PayoutStatus.CONFIRMED,
        rail_reference=result.rail_reference,
        failure_code="",
        settled_at=engine.clock.now(),
    )
    await unit.disbursements.save(settled)
    await activate_loan(engine, unit, settled)


async def _not_confirmed(engine: Engine, unit: Unit, payout: Disbursement, result: PayoutResult) -> None:
    failed = result.answer is PayoutAnswer.FAILED
    if not failed and payout.failure_code == _CONFIRMED_LATE:
        return  # not knowing now does not undo what was known
    status = PayoutStatus.FAILED if failed else PayoutStatus.UNKNOWN
    settled_at = engine.clock.now() if failed else None
    await unit.disbursements.save(
        replace(payout, status=status, failure_code=result.failure_code, settled_at=settled_at)
    )
    if not failed or await _others(unit, payout):
        return  # beside another that has arrived, or may have, nothing failed for the borrower
    loan = await unit.loans.get(payout.loan_id, lock=True)
    await move_loan(engine, unit, loan, LoanStatus.ACCEPTED, result.failure_code or "payout_failed")
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    await tell(
        engine,
        unit,
        MessageKind.DISBURSEMENT_FAILED,
        loan.borrower_id,
        key=f"disbursement_failed:{payout.reference}",
        mfi_id=loan.mfi_id,
        mfi_name=mfi.name,
        loan_reference=loan.reference,
    )
