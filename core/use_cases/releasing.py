"""Letting a loan's money go: a cashier releases it, and above limit 2 a manager too, who may also refuse.

Whoever decided on the loan releases nothing of it. What stood in the way of the first release stands in the way of the
second: days may lie between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import Conflict, DomainError
from core.loans.terms import LoanTerms
from core.money import ZERO
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import check_note
from core.records.borrower import BorrowerBlocked
from core.records.catalogue import LenderSuspended, Mfi
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from core.records.staff import Actor, MakerIsChecker, NotAllowed, Permission
from core.records.wallet import CoolDownCause
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.cooling_down import check_cooled_down
from core.use_cases.floats import check_float
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.loan_steps import move_loan, note_step
from core.use_cases.locating import district_of
from core.use_cases.payouts import payout_reference, queue_payout
from core.use_cases.wallets import payout_wallet, wallet_served_by


class IdentityNotChecked(DomainError):
    """No money leaves before somebody noted how the borrower's identity was checked."""

    code = "identity_not_checked"


class LoanChanged(Conflict):
    """The loan is not as the page showed it: it has to be looked at again."""

    code = "loan_changed"


class WalletGivenUp(Conflict):
    """It was released to a number that the borrower has given up since: call it off, and release it anew."""

    code = "wallet_given_up"


class NothingWaits(Conflict):
    """No payout of the loan waits for a second person (any more)."""

    code = "nothing_waits"


@dataclass(frozen=True, slots=True)
class ReleaseDisbursement:
    """Let the money of an accepted loan go."""

    loan_reference: Reference
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class CallOffRelease:
    """Take a release back that waits for its second person, or refuse it as that person; with a reason."""

    loan_reference: Reference
    seen_version: int
    note: str
    key: str


async def release_disbursement(engine: Engine, actor: Actor, command: ReleaseDisbursement) -> Disbursement:
    """Release a payout; above the MFI's limit 2 it then waits for a manager.

    Raises `IdentityNotChecked`, `FloatTooLow`, `MakerIsChecker` (who decided on the loan may not pay it out),
    `LenderSuspended`, `BorrowerBlocked`, `PayoutCoolingDown`, `RailNotServed`, `LoanChanged` (stale page), `Conflict`
    (a payout is under way).
    """
    actor.require(Permission.DISBURSEMENT_RELEASE)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "release", command)
        if earlier is not None:
            return await unit.disbursements.get(str(earlier["reference"]))
        loan = await unit.loans.by_reference(command.loan_reference, mfi_id=actor.mfi_id, lock=True)
        if loan.version != command.seen_version:
            raise LoanChanged
        loan.check_transition(LoanStatus.DISBURSING)
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        await _check_may_leave(engine, unit, actor, loan, mfi)
        disbursement = await _new_payout(engine, unit, actor, loan, mfi)
        await check_float(unit, loan.mfi_id, disbursement.rail, disbursement.amount)
        needs_second = loan.principal > mfi.disbursement_limit_2
        status = PayoutStatus.AWAITING_SECOND if needs_second else PayoutStatus.QUEUED
        disbursement = replace(disbursement, status=status)
        await unit.disbursements.add(disbursement)
        await move_loan(engine, unit, loan, LoanStatus.DISBURSING, "released", actor=actor)
        if not needs_second:
            await queue_payout(engine, unit, disbursement)
        await audit(engine, unit, actor, "disbursement.released", loan.reference, status=status)
        await unit.commands.complete(key, {"reference": disbursement.reference})
        await unit.commit()
    return disbursement


async def confirm_release(engine: Engine, actor: Actor, command: ReleaseDisbursement) -> Disbursement:
    """The manager's release of a payout above limit 2, for which everything is checked once more.

    Raises `MakerIsChecker` (also for whoever released it first), `NothingWaits`, `LoanChanged`, `WalletGivenUp`, and
    what `release_disbursement` raises.
    """
    actor.require(Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "confirm_release", command)
        if earlier is not None:
            return await unit.disbursements.get(str(earlier["reference"]))
        loan, waiting = await _waiting(unit, actor, command.loan_reference, command.seen_version)
        if waiting.released_by == actor.staff_id:
            raise MakerIsChecker
        await _check_may_leave(engine, unit, actor, loan, (await engine.record.catalogue()).mfi(loan.mfi_id))
        await _check_wallet_stands(unit, loan, waiting)
        # The payout itself is among those under way: nothing more than that may be asked of the float.
        await check_float(unit, loan.mfi_id, waiting.rail, ZERO)
        queued = replace(waiting, status=PayoutStatus.QUEUED)
        await unit.disbursements.save(queued)
        await note_step(engine, unit, loan, loan.status, "released_second", actor=actor)
        await queue_payout(engine, unit, queued)
        await audit(engine, unit, actor, "disbursement.second_release", loan.reference)
        await unit.commands.complete(key, {"reference": queued.reference})
        await unit.commit()
    return queued


async def call_off_release(engine: Engine, actor: Actor, command: CallOffRelease) -> Disbursement:
    """Call a payout off that waits for its second person: the loan waits for a release again.

    The one who released it withdraws it; any other who may release above the limit refuses it. Raises `NotAllowed`,
    `NothingWaits`, `LoanChanged`, `InvalidInput` (no reason).
    """
    note = check_note(command.note, required=True)
    async with engine.record.unit(await district_of(engine, command.loan_reference)) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "call_off_release", command)
        if earlier is not None:
            return await unit.disbursements.get(str(earlier["reference"]))
        loan, waiting = await _waiting(unit, actor, command.loan_reference, command.seen_version)
        reason = _why_called_off(actor, waiting)
        called_off = replace(waiting, status=PayoutStatus.FAILED, failure_code=reason, settled_at=engine.clock.now())
        await unit.disbursements.save(called_off)
        await move_loan(engine, unit, loan, LoanStatus.ACCEPTED, reason, actor=actor, note=note)
        await audit(engine, unit, actor, f"disbursement.{reason}", loan.reference)
        await unit.commands.complete(key, {"reference": called_off.reference})
        await unit.commit()
    return called_off


def _why_called_off(actor: Actor, waiting: Disbursement) -> str:
    if waiting.released_by == actor.staff_id:
        return "release_withdrawn"
    if not actor.may(Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT):
        raise NotAllowed("a release is withdrawn by whoever made it, or refused by a second person")
    return "release_refused"


async def _waiting(unit: Unit, actor: Actor, reference: Reference, seen_version: int) -> tuple[Loan, Disbursement]:
    """The loan, locked and as it was seen, with its payout that waits for a second person."""
    loan = await unit.loans.by_reference(reference, mfi_id=actor.mfi_id, lock=True)
    payouts = await unit.disbursements.of_loan(loan.id)
    waiting = next((payout for payout in payouts if payout.status is PayoutStatus.AWAITING_SECOND), None)
    if waiting is None:
        raise NothingWaits
    if loan.version != seen_version:
        raise LoanChanged
    return loan, waiting


async def _check_may_leave(engine: Engine, unit: Unit, actor: Actor, loan: Loan, mfi: Mfi) -> None:
    if not mfi.may_lend:
        raise LenderSuspended
    if (await unit.borrowers.get(loan.borrower_id, lock=True)).blocked:
        raise BorrowerBlocked
    decided = {step.actor_id for step in await unit.applications.transitions(loan.application_id)}
    if actor.staff_id in decided:
        raise MakerIsChecker
    if await unit.borrowers.identity_check(loan.borrower_id, loan.mfi_id) is None:
        raise IdentityNotChecked
    await check_cooled_down(engine, unit, loan.borrower_id)


async def _check_wallet_stands(unit: Unit, loan: Loan, waiting: Disbursement) -> None:
    """A wallet that its borrower left keeps what was released to it; a SIM that was lost may be a thief's by now."""
    since = await unit.wallets.cool_downs(loan.borrower_id, waiting.released_at)
    if all(cool_down.cause is not CoolDownCause.NUMBER_CHANGED for cool_down in since):
        return
    wallet = await payout_wallet(unit, await unit.borrowers.get(loan.borrower_id, lock=True))
    if waiting.wallet != wallet.number.e164:
        raise WalletGivenUp


async def _new_payout(engine: Engine, unit: Unit, actor: Actor, loan: Loan, mfi: Mfi) -> Disbursement:
    # The borrower's row keeps a change of wallet out until this payout is there: it then keeps the wallet it has.
    borrower = await unit.borrowers.get(loan.borrower_id, lock=True)
    wallet = await wallet_served_by(unit, borrower, mfi)
    attempt = len(await unit.disbursements.of_loan(loan.id)) + 1
    return Disbursement(
        id=engine.identifiers.new_id(),
        district=unit.district,
        loan_id=loan.id,
        mfi_id=loan.mfi_id,
        attempt=attempt,
        rail=wallet.rail,
        reference=payout_reference(loan.reference, attempt),
        wallet=wallet.number.e164,
        amount=LoanTerms.from_json(loan.terms).cash_received,
        status=PayoutStatus.QUEUED,
        released_by=actor.staff_id,
        released_by_name=actor.name,
        released_at=engine.clock.now(),
    )
