"""Keeping a loan's books: every change is an event, replayed, and posted as the difference to what the ledger holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

from core.ledger.difference import journal_difference, subject_of
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, Instalment, LoanAccount
from core.loans.events import CoolingOffReturn, Event, Reversal
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.terms import LoanTerms
from core.money import ZERO, Money, total
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Transition
from core.records.loan import (
    Disbursement,
    InstalmentRow,
    Loan,
    LoanEventRow,
    LoanPosition,
    LoanStatus,
)
from core.records.message import MessageKind
from core.records.staff import Actor
from core.references import Reference
from core.use_cases.loan_events import DISBURSED, data_of, disbursed_of, events_of, kind_of
from core.use_cases.meaning import meaning_of
from core.use_cases.messages import message_key, tell
from core.use_cases.quoting import anchored, quote_of_terms


class ArrivedPayment(Protocol):
    """What the books need to know of a payment."""

    @property
    def rail(self) -> str: ...
    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True, slots=True)
class LoanClose:
    """What the close of a day did to one loan."""

    interest_recognised: int
    late_fees: int


async def move_loan(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    to: LoanStatus,
    reason_code: str,
    *,
    actor: Actor | None = None,
    note: str = "",
) -> Loan:
    """Take a loan to another state, with the row that says who did it and why. Raises `IllegalLoanTransition`."""
    loan.check_transition(to)
    return await note_step(engine, unit, loan, to, reason_code, actor=actor, note=note)


async def note_step(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    to: LoanStatus,
    reason_code: str,
    *,
    actor: Actor | None = None,
    note: str = "",
) -> Loan:
    """Keep a loan in a state that the caller has checked, with the row that says who did what and why."""
    moved = replace(loan, status=to)
    await unit.loans.save(moved)
    by_borrower = reason_code.endswith("_by_borrower")
    await unit.loans.add_transition(
        Transition(
            subject_id=loan.id,
            n=loan.version + 1,
            from_status=loan.status,
            to_status=to,
            actor_kind="staff" if actor else "borrower" if by_borrower else "system",
            actor_id=actor.staff_id if actor else loan.borrower_id if by_borrower else None,
            actor_name=actor.name if actor else "",
            role=actor.role if actor else "borrower" if by_borrower else "system",
            reason_code=reason_code,
            note=note,
            at=engine.clock.now(),
            business_on=await unit.business_date(),
        )
    )
    return replace(moved, version=loan.version + 1)


async def activate_loan(
    engine: Engine,
    unit: Unit,
    payout: Disbursement,
    reason_code: str = "payout_confirmed",
    *,
    actor: Actor | None = None,
) -> None:
    """The money has reached the borrower: anchor the contract to this day, open the account, say so."""
    loan = await unit.loans.get(payout.its_loan_id, lock=True)
    today = await unit.business_date()
    terms = anchored(LoanTerms.from_json(loan.terms), today)
    lent = replace(loan, terms=terms.to_json(), disbursed_on=today)
    active = await move_loan(engine, unit, lent, LoanStatus.ACTIVE, reason_code, actor=actor)
    await _add_event(
        engine,
        unit,
        active,
        DISBURSED,
        n=1,
        key=f"disbursement:{loan.id}",
        value_on=today,
        data={"rail": payout.rail, "payout": payout.reference, "cash_minor": payout.amount.minor},
    )
    await _rebook(engine, unit, active, today - timedelta(days=1))
    facts = quote_of_terms(terms).key_facts
    await _tell(
        engine,
        unit,
        MessageKind.DISBURSED,
        active,
        key=f"disbursed:{loan.id}",
        cash_minor=payout.amount,
        wallet_masked=payout.wallet[-3:],
        first_due_on=facts.first_due_on,
        instalment_minor=facts.instalment,
    )


async def receive_repayment(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    payment: ArrivedPayment,
    *,
    receipt: Reference,
    key: str,
    value_on: date,
    source: str = "",
) -> LoanAccount:
    """Allocate a payment to its loan, close the loan when nothing is left, and send the receipt.

    `source` is the account that the money is taken from where that is not the rail's float: suspense, clearing.
    """
    history = await history_of(engine, unit, loan)
    make = await meaning_of(engine, loan, history, payment.amount, value_on)
    account = await record_event(
        engine,
        unit,
        loan,
        lambda n: make(
            key=key,
            n=n,
            rail=payment.rail,
            value_on=value_on,
            amount=payment.amount,
            source=source,
            closed_through=history.closed_through,
        ),
    )
    if account.status is AccountStatus.CANCELLED and make is CoolingOffReturn:
        await _tell_returned(engine, unit, loan, payment.amount, receipt)
    else:
        await _send_receipt(engine, unit, loan, account, payment.amount, receipt, key)
    return account


async def record_event(
    engine: Engine, unit: Unit, loan: Loan, make: Callable[[int], Event], *, actor: Actor | None = None
) -> LoanAccount:
    """Add an event to a loan, book what it changes, and take the loan to the state that follows.

    `make` is given the event's place in recording order. Raises the refusals of `core.loans.refusals`.
    """
    history = await history_of(engine, unit, loan)
    event = make(history.next_n + 1)
    history = history.recorded(event)
    # A reversal is of the day it is made; what it undoes leaves the books on its own value date.
    value_on = await unit.business_date() if isinstance(event, Reversal) else event.value_on
    await _add_event(
        engine, unit, loan, kind_of(event), n=event.n, key=event.key, value_on=value_on, data=data_of(event)
    )
    account = await _book(engine, unit, loan, history)
    await _follow(engine, unit, loan, account, event, actor)
    return account


async def history_of(engine: Engine, unit: Unit, loan: Loan, *, closed_through: date | None = None) -> LoanHistory:
    """What has happened to a loan, with every day before the business date closed, or through another day."""
    return await _history(engine, unit, loan, closed_through or await unit.business_date() - timedelta(days=1))


async def _follow(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, event: Event, actor: Actor | None
) -> None:
    """The loan's own state follows its account: closed when nothing is left, open again when that was undone."""
    today = await unit.business_date()
    if account.status is AccountStatus.CLOSED and loan.status is LoanStatus.ACTIVE:
        await move_loan(engine, unit, replace(loan, closed_on=today), LoanStatus.CLOSED, "paid_in_full", actor=actor)
        await _tell(
            engine,
            unit,
            MessageKind.LOAN_CLOSED,
            loan,
            key=f"closed:{loan.id}:{event.key}",
            overpaid_minor=account.overpaid,
        )
    elif account.status is AccountStatus.CANCELLED and loan.status is LoanStatus.ACTIVE:
        returned = replace(loan, closed_on=today)
        await move_loan(engine, unit, returned, LoanStatus.CANCELLED, "returned_by_borrower", actor=actor)
    elif account.status is AccountStatus.ACTIVE and loan.status in {LoanStatus.CLOSED, LoanStatus.CANCELLED}:
        await move_loan(engine, unit, replace(loan, closed_on=None), LoanStatus.ACTIVE, "reopened", actor=actor)
    elif account.status is AccountStatus.WRITTEN_OFF and loan.status is LoanStatus.ACTIVE:
        await move_loan(engine, unit, loan, LoanStatus.WRITTEN_OFF, "written_off", actor=actor)


async def close_loan_day(engine: Engine, unit: Unit, loan: Loan, day: date) -> LoanClose:
    """Do for one loan what the close of a day does. Repeating it changes nothing."""
    posted = {journal.key for journal in await unit.ledger.journals_of_loan(loan.id)}
    account = await _rebook(engine, unit, loan, day)
    fresh = [journal for journal in account.journals if journal.key not in posted and journal.value_on == day]
    charged = [row for row in account.instalments if row.late_fee_on == day]
    for row in charged:
        await _tell_late_fee(engine, unit, loan, row)
    return LoanClose(
        interest_recognised=sum(journal.kind == Part.INTEREST for journal in fresh),
        late_fees=sum(journal.kind == "late_fee" for journal in fresh),
    )


def value_date(paid_on: date, loan: Loan, today: date) -> date:
    """The day a payment counts: when it was paid, not before the money was lent and not after the business date."""
    return min(max(paid_on, loan.disbursed_on or today), today)


async def _history(engine: Engine, unit: Unit, loan: Loan, closed_through: date) -> LoanHistory:
    product = (await engine.record.catalogue()).product(loan.product_id, loan.product_version)
    rows = await unit.loans.events(loan.id)
    return LoanHistory(
        loan_id=loan.id,
        terms=LoanTerms.from_json(loan.terms),
        policy=product.policy,
        disbursed=disbursed_of(rows),
        closed_through=closed_through,
        events=events_of(rows),
    )


async def _rebook(engine: Engine, unit: Unit, loan: Loan, closed_through: date) -> LoanAccount:
    """Book what the close of a day, or the payout, changes."""
    return await _book(engine, unit, loan, await _history(engine, unit, loan, closed_through))


async def _book(engine: Engine, unit: Unit, loan: Loan, history: LoanHistory) -> LoanAccount:
    """Replay the loan, post the difference, and write the projection, all in this unit."""
    account = history.account(history.closed_through)
    posted = await unit.ledger.journals_of_loan(loan.id)
    difference = journal_difference(posted, account.journals)
    await unit.ledger.post(
        loan.mfi_id,
        difference,
        recorded_at=engine.clock.now(),
        business_on=await unit.business_date(),
    )
    await unit.loans.project(*projection_of(loan, account))
    await _correct_late_fees(engine, unit, loan, account, difference)
    return account


def projection_of(loan: Loan, account: LoanAccount) -> tuple[LoanPosition, list[InstalmentRow]]:
    """What is kept of a replay for screens and lists."""
    return _position(loan, account), [_row(loan, row) for row in account.instalments]


async def _correct_late_fees(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, difference: Iterable[Journal]
) -> None:
    """A late fee that a payment of the same day has undone is not told any more, and one that it changed, as it is."""
    undone = {subject_of(journal.reverses) for journal in difference if journal.reverses}
    for row in account.instalments:
        journal_key = f"late_fee:{loan.id}:{row.n}"
        if journal_key not in undone or not await unit.outbox.withdraw(message_key(journal_key)):
            continue  # nothing was said yet, or it was said already
        if row.late_fee_on is not None:
            await _tell_late_fee(engine, unit, loan, row)


async def _tell_late_fee(engine: Engine, unit: Unit, loan: Loan, row: Instalment) -> None:
    await _tell(
        engine,
        unit,
        MessageKind.LATE_FEE,
        loan,
        key=f"late_fee:{loan.id}:{row.n}",
        amount_minor=row.due[Part.PENALTY],
        due_on=row.due_on,
    )


async def _add_event(
    engine: Engine, unit: Unit, loan: Loan, kind: str, *, n: int, key: str, value_on: date, data: dict[str, Any]
) -> None:
    await unit.loans.add_event(
        LoanEventRow(
            loan_id=loan.id,
            n=n,
            kind=kind,
            value_on=value_on,
            recorded_at=engine.clock.now(),
            business_on=await unit.business_date(),
            key=key,
            data=data,
        )
    )


def _row(loan: Loan, row: Instalment) -> InstalmentRow:
    return InstalmentRow(
        loan_id=loan.id,
        n=row.n,
        due_on=row.due_on,
        principal=row.due[Part.PRINCIPAL],
        interest=row.due[Part.INTEREST],
        fees=row.due[Part.FEE],
        penalties=row.due[Part.PENALTY],
        principal_paid=row.paid[Part.PRINCIPAL],
        interest_paid=row.paid[Part.INTEREST],
        fees_paid=row.paid[Part.FEE],
        penalties_paid=row.paid[Part.PENALTY],
        waived=total([*row.waived.values(), *row.written_off.values()]),
        settled_on=row.settled_on,
    )


def _position(loan: Loan, account: LoanAccount) -> LoanPosition:
    first = account.first_unsettled
    return LoanPosition(
        loan_id=loan.id,
        principal=account.outstanding(Part.PRINCIPAL),
        interest=account.outstanding(Part.INTEREST),
        fees=account.outstanding(Part.FEE),
        penalties=account.outstanding(Part.PENALTY),
        overpaid=account.overpaid,
        principal_receivable=account.outstanding(Part.PRINCIPAL),
        interest_receivable=account.receivable(Part.INTEREST),
        fee_receivable=account.receivable(Part.FEE),
        penalty_receivable=account.receivable(Part.PENALTY),
        oldest_unpaid_due_on=first.due_on if first else None,
        next_due=first.outstanding() if first else ZERO,
    )


async def _send_receipt(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, amount: Money, receipt: Reference, key: str
) -> None:
    transaction = account.transaction(key)
    if transaction is None:
        raise ValueError(f"the replay has no payment {key}")
    split = transaction.split
    first = account.first_unsettled
    await _tell(
        engine,
        unit,
        MessageKind.PAYMENT_RECEIVED,
        loan,
        key=f"receipt:{receipt}",
        receipt=receipt,
        amount_minor=amount,
        penalties_minor=split.penalties,
        fees_minor=split.fees,
        interest_minor=split.interest,
        principal_minor=split.principal,
        # Money after a loss pays nothing of the loan any more: it makes good what was given up.
        recovered_minor=transaction.recovered,
        overpaid_minor=transaction.overpaid,
        outstanding_minor=account.outstanding(),
        next_due_on=first.due_on if first else None,
        next_due_minor=first.outstanding() if first else None,
    )


async def _tell_returned(engine: Engine, unit: Unit, loan: Loan, amount: Money, receipt: Reference) -> None:
    await _tell(
        engine,
        unit,
        MessageKind.LOAN_RETURNED,
        loan,
        key=f"receipt:{receipt}",
        receipt=receipt,
        amount_minor=amount,
    )


async def _tell(engine: Engine, unit: Unit, kind: MessageKind, loan: Loan, *, key: str, **figures: object) -> None:
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    await tell(
        engine,
        unit,
        kind,
        loan.borrower_id,
        key=key,
        mfi_id=loan.mfi_id,
        mfi_name=mfi.name,
        loan_reference=loan.reference,
        **figures,
    )
