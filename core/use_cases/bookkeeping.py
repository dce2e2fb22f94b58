"""Keeping a loan's books: every change is an event, replayed, and posted as the difference to what the ledger holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

from core.ledger.difference import journal_difference, subject_of
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import CoolingOffReturn, Event, Reversal
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.terms import LoanTerms
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import (
    Disbursement,
    Loan,
    LoanEventRow,
    LoanStatus,
)
from core.records.message import MessageKind
from core.records.staff import Actor
from core.references import Reference
from core.use_cases.loan_events import DISBURSED, data_of, disbursed_of, events_of, kind_of
from core.use_cases.loan_steps import move_loan
from core.use_cases.meaning import meaning_of
from core.use_cases.messages import message_key
from core.use_cases.projecting import projection_of
from core.use_cases.quoting import anchored, quote_of_terms
from core.use_cases.telling import tell_late_fee, tell_of_loan, tell_receipt, tell_returned


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
    await tell_of_loan(
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
    make = await meaning_of(engine, unit, loan, history, payment.amount, value_on)

    async def tell(account: LoanAccount) -> None:
        if account.status is AccountStatus.CANCELLED and make is CoolingOffReturn:
            await tell_returned(engine, unit, loan, payment.amount, receipt)
        else:
            await tell_receipt(engine, unit, loan, account, payment.amount, receipt, key)

    return await record_event(
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
        tell=tell,
    )


async def record_event(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    make: Callable[[int], Event],
    *,
    actor: Actor | None = None,
    tell: Callable[[LoanAccount], Awaitable[None]] | None = None,
) -> LoanAccount:
    """Add an event to a loan, book what it changes, and take the loan to the state that follows.

    `make` is given the event's place in recording order. `tell` says the event itself, before anybody is told what
    followed from it. Raises the refusals of `core.loans.refusals`.
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
    if tell is not None:
        await tell(account)
    await _follow(engine, unit, loan, account, event.key, actor)
    return account


async def history_of(engine: Engine, unit: Unit, loan: Loan, *, closed_through: date | None = None) -> LoanHistory:
    """What has happened to a loan, with every day before the business date closed, or through another day."""
    return await _history(engine, unit, loan, closed_through or await unit.business_date() - timedelta(days=1))


async def _follow(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, cause: str, actor: Actor | None
) -> None:
    """The loan's own state follows its account: closed when nothing is left, open again when that was undone.

    `cause` is the key of what changed the account: the borrower is told once for it.
    """
    today = await unit.business_date()
    if account.status is AccountStatus.CLOSED and loan.status is LoanStatus.ACTIVE:
        await move_loan(engine, unit, replace(loan, closed_on=today), LoanStatus.CLOSED, "paid_in_full", actor=actor)
        await tell_of_loan(
            engine,
            unit,
            MessageKind.LOAN_CLOSED,
            loan,
            key=f"closed:{loan.id}:{cause}",
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
        await tell_late_fee(engine, unit, loan, row)
    # The cap may take away all that is left of a loan on a day on which nobody paid.
    await _follow(engine, unit, loan, account, f"day:{day.isoformat()}", None)
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
            await tell_late_fee(engine, unit, loan, row)


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
