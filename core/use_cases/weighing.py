"""What a change by two persons would do to the figures, before anybody carries it out: nothing here is kept.

The one who proposes sees it before the form is sent, and the one who decides beside the proposal. Both see the books
as they stand at that moment; carrying out weighs them once more, under the locks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from core.errors import DomainError
from core.ledger.accounts import Account, float_account
from core.loans.account import Instalment, LoanAccount
from core.loans.events import Event, Refund, Reversal, Waiver, WriteOff
from core.loans.history import LoanHistory
from core.loans.parts import Part, Split
from core.loans.refusals import NotDisbursed
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Disbursement, Loan, Payment
from core.records.proposal import Proposal, ProposalKind, ProposalStatus
from core.records.staff import Actor, NotAllowed, Permission
from core.references import Reference
from core.use_cases.adjusting import check_proposal
from core.use_cases.bookkeeping import history_of, value_date
from core.use_cases.locating import district_of
from core.use_cases.meaning import meaning_of
from core.use_cases.payouts import DEFAULT_RAIL
from core.use_cases.refunding import payment_of
from core.use_cases.repaying import repayment_key
from core.use_cases.settling import payout_of
from core.use_cases.taking_cash import cash_payment

LOOKS: Final = (Permission.ADJUSTMENT_PROPOSE, Permission.ADJUSTMENT_CARRY_OUT)
"""Either of the two persons may look at what the other does."""

_KEY: Final = "weighed"

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Owed:
    """What is left to pay of a loan, by part, and what the borrower has to their credit. All in lisente."""

    split: Split
    overpaid: Money

    @classmethod
    def of(cls, account: LoanAccount) -> Owed:
        """As an account stands."""
        return cls(account.outstanding_split, account.overpaid)


@dataclass(frozen=True, slots=True)
class LoanChange:
    """Whose loan it is, and what is owed on it before and after."""

    loan: Loan
    borrower_name: str
    before: Owed
    after: Owed


@dataclass(frozen=True, slots=True)
class FloatChange:
    """A lender's money on a rail where it is changed: held, kept for payouts that may still leave, and held afterwards.

    Of a move between districts it is the one that gives.
    """

    rail: str
    held: Money
    reserved: Money
    held_after: Money

    @property
    def free(self) -> Money:
        """What may be taken out."""
        return self.held - self.reserved


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a change is about and does. A payment's kinds have `payment`, a float's have `float_change` and no loan.

    `payout` is the one whose fate two persons settle.
    """

    amount: Money
    payment: Payment | None = None
    payout: Disbursement | None = None
    loan_change: LoanChange | None = None
    float_change: FloatChange | None = None


@dataclass(frozen=True, slots=True)
class ProposalFile:
    """A proposal as the one who decides needs it.

    A decided one is not weighed again. A pending one that the books would no longer take has `refusal` instead.
    """

    proposal: Proposal
    weighed: Weighed | None = None
    refusal: DomainError | None = None

    @property
    def amount(self) -> Money | None:
        """As it is weighed, else as it was proposed; None where the change names none and is not weighed any more."""
        if self.weighed is not None:
            return self.weighed.amount
        stated = self.proposal.data.get("amount_minor")
        return None if stated is None else Money(int(stated))

    @property
    def value_on(self) -> date | None:
        """The day that it counts, where that is another than the day of carrying it out."""
        stated = self.proposal.data.get("value_on")
        return None if stated is None else date.fromisoformat(str(stated))


@dataclass(frozen=True, slots=True)
class LoanBooks:
    """A loan as far as whoever corrects its books needs it: nothing of income, score or identity."""

    loan: Loan
    borrower_name: str
    owed: Owed
    instalments: tuple[Instalment, ...]
    business_on: date


async def weigh(engine: Engine, actor: Actor, district: str, kind: ProposalKind, data: Data) -> Weighed:
    """What a change would do. Raises `NotAllowed`, `NotFound` and whatever refuses the change itself."""
    _require_look(actor)
    async with engine.record.unit(district) as unit:
        return await _weigh(engine, unit, actor, kind, data)


async def proposal_file(engine: Engine, actor: Actor, district: str, proposal_id: UUID) -> ProposalFile:
    """Read a proposal of the actor's own lender. Raises `NotFound` (also for another's), `NotAllowed`."""
    _require_look(actor)
    (await engine.record.catalogue()).district(district)
    async with engine.record.unit(district) as unit:
        proposal = await unit.proposals.get(proposal_id, mfi_id=actor.mfi_id)
        if proposal.status is not ProposalStatus.PENDING:
            return ProposalFile(proposal)
        try:
            return ProposalFile(proposal, await _weigh(engine, unit, actor, proposal.kind, proposal.data))
        except DomainError as error:
            return ProposalFile(proposal, refusal=error)


async def loan_books(engine: Engine, actor: Actor, reference: Reference) -> LoanBooks:
    """Read the books of a loan of the actor's own lender.

    Raises `NotFound` (also for another's), `NotAllowed`, and `NotDisbursed` for a loan that was never paid out.
    """
    _require_look(actor)
    async with engine.record.unit(await district_of(engine, reference)) as unit:
        loan = await unit.loans.by_reference(reference, mfi_id=actor.mfi_id)
        if loan.disbursed_on is None:
            raise NotDisbursed
        history = await history_of(engine, unit, loan)
        account = history.account(history.closed_through)
        borrower = await unit.borrowers.get(loan.borrower_id)
        return LoanBooks(loan, borrower.full_name, Owed.of(account), account.instalments, await unit.business_date())


def _require_look(actor: Actor) -> None:
    if not any(actor.may(permission) for permission in LOOKS):
        raise NotAllowed(f"this needs one of {', '.join(LOOKS)}")


async def _weigh(engine: Engine, unit: Unit, actor: Actor, kind: ProposalKind, data: Data) -> Weighed:
    await check_proposal(engine, unit, actor, kind, data)
    return await _WEIGHERS[kind](engine, unit, actor, data)


async def _assignment(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    return await _put_on_loan(engine, actor, await payment_of(unit, actor, data, "suspense"), data)


async def _cash(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    # Nothing is kept, so no number is reserved either: the loan's own stands for the receipt's.
    payment = await cash_payment(engine, unit, actor, data, Reference.parse(str(data["loan_reference"])))
    return replace(await _put_on_loan(engine, actor, payment, data), payment=None)


async def _put_on_loan(engine: Engine, actor: Actor, payment: Payment, data: Data) -> Weighed:
    """What money in suspense does to its loan, in whichever district that is."""
    reference = Reference.parse(str(data["loan_reference"]))
    async with engine.record.unit(await district_of(engine, reference)) as theirs:
        loan = await theirs.loans.by_reference(reference, mfi_id=actor.mfi_id)
        value_on = value_date(payment.value_on, loan, await theirs.business_date())
        history = await history_of(engine, theirs, loan)
        make = await meaning_of(engine, theirs, loan, history, payment.amount, value_on)
        change = await _loan_change(
            engine, theirs, loan, lambda history: make(**_arrival(history, payment), value_on=value_on)
        )
    return Weighed(payment.amount, payment, loan_change=change)


def _arrival(history: LoanHistory, payment: Payment) -> dict[str, Any]:
    """What the event of money out of suspense is made with, whatever it turns out to mean."""
    return {
        "key": _KEY,
        "n": _next_n(history),
        "rail": payment.rail,
        "amount": payment.amount,
        "source": Account.SUSPENSE,
        "closed_through": history.closed_through,
    }


async def _reversal(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    payment = await payment_of(unit, actor, data, "posted")
    loan = await unit.loans.get(payment.its_loan_id, mfi_id=actor.mfi_id)
    target = repayment_key(payment.rail, payment.rail_reference, payment.assignment)
    change = await _loan_change(engine, unit, loan, lambda history: Reversal(_KEY, _next_n(history), target))
    return Weighed(payment.amount, payment, loan_change=change)


async def _waiver(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    loan, today = await _loan(unit, actor, data), await unit.business_date()
    instalment, part, amount = int(data["instalment"]), Part(str(data["part"])), Money(int(data["amount_minor"]))
    change = await _loan_change(
        engine, unit, loan, lambda history: Waiver(_KEY, _next_n(history), today, instalment, part, amount)
    )
    return Weighed(amount, loan_change=change)


async def _write_off(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    loan, today = await _loan(unit, actor, data), await unit.business_date()
    change = await _loan_change(engine, unit, loan, lambda history: WriteOff(_KEY, _next_n(history), today))
    return Weighed(change.before.split.total, loan_change=change)


async def _settlement(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    payout = await payout_of(unit, actor, data)
    return Weighed(payout.amount, payout=payout)


async def _refund_of_payment(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    payment = await payment_of(unit, actor, data, "suspense")
    return Weighed(payment.amount, payment)


async def _refund_of_credit(engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    loan, today = await _loan(unit, actor, data), await unit.business_date()
    amount = Money(int(data["amount_minor"]))
    change = await _loan_change(
        engine, unit, loan, lambda history: Refund(_KEY, _next_n(history), DEFAULT_RAIL, today, amount)
    )
    return Weighed(amount, loan_change=change)


async def _funding(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    amount = Money(int(data["amount_minor"]))
    return Weighed(amount, float_change=await _float_change(unit, actor, data, amount))


async def _leaving(_engine: Engine, unit: Unit, actor: Actor, data: Data) -> Weighed:
    amount = Money(int(data["amount_minor"]))
    return Weighed(amount, float_change=await _float_change(unit, actor, data, -amount))


async def _float_change(unit: Unit, actor: Actor, data: Data, added: Money) -> FloatChange:
    rail = str(data["rail"])
    held = await unit.ledger.balance(actor.mfi_id, float_account(rail))
    return FloatChange(rail, held, await unit.disbursements.under_way(actor.mfi_id, rail), held + added)


async def _loan_change(engine: Engine, unit: Unit, loan: Loan, make: Callable[[LoanHistory], Event]) -> LoanChange:
    before = await history_of(engine, unit, loan)
    after = before.recorded(make(before))
    borrower = await unit.borrowers.get(loan.borrower_id)
    accounts = [history.account(history.closed_through) for history in (before, after)]
    return LoanChange(loan, borrower.full_name, Owed.of(accounts[0]), Owed.of(accounts[1]))


def _next_n(history: LoanHistory) -> int:
    """The payout, which the history keeps apart, has the first place."""
    return history.next_n + 1


async def _loan(unit: Unit, actor: Actor, data: Data) -> Loan:
    return await unit.loans.by_reference(Reference.parse(str(data["loan_reference"])), mfi_id=actor.mfi_id)


_WEIGHERS: Final[Mapping[ProposalKind, Callable[[Engine, Unit, Actor, Data], Awaitable[Weighed]]]] = {
    ProposalKind.ASSIGN_PAYMENT: _assignment,
    ProposalKind.REVERSE_PAYMENT: _reversal,
    ProposalKind.WAIVE: _waiver,
    ProposalKind.WRITE_OFF: _write_off,
    ProposalKind.SETTLE_PAYOUT: _settlement,
    ProposalKind.REFUND_PAYMENT: _refund_of_payment,
    ProposalKind.REFUND_CREDIT: _refund_of_credit,
    ProposalKind.TAKE_CASH: _cash,
    ProposalKind.FUND_FLOAT: _funding,
    ProposalKind.SWEEP_FLOAT: _leaving,
    ProposalKind.BOOK_RAIL_CHARGE: _leaving,
    ProposalKind.MOVE_FLOAT: _leaving,
}
