"""A loan's statement by message: the newest payments that stand, what is left, and at most one a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.money import Money
from core.phones import PhoneNumber
from core.records.loan import Loan
from core.records.message import MessageKind
from core.use_cases.stating import StatementOutcome, send_statement
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock


async def stated(lending: Lending, phone: PhoneNumber, loan: Loan) -> dict[str, Any]:
    """The figures of a statement that is sent now."""
    assert await send_statement(lending.engine, phone, loan.reference, "key") is StatementOutcome.SENT
    return dict((await lending.messages(MessageKind.LOAN_STATEMENT))[-1].data)


async def pay(lending: Lending, loan: Loan, *amounts: str, clock: MovableClock) -> None:
    for amount in amounts:
        await lending.pay(Money.of(amount), reference=f"RAIL-{amount}", account=str(loan.reference))
        clock.move(days=1)
        await lending.close(clock.now().date() - timedelta(days=1))


async def test_it_says_what_is_left_what_is_next_and_the_newest_payments_first(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    await pay(lending, loan, "10", "20", "30", "40", clock=clock)

    figures = await stated(lending, phone, loan)

    assert [figures[f"paid_{n}_minor"] for n in (1, 2, 3)] == [40_00, 30_00, 20_00]
    assert figures["paid_1_on"] == (clock.now().date() - timedelta(days=1)).isoformat()
    assert figures["outstanding_minor"] == 1_060_59 - 100_00
    assert (figures["overdue_minor"], figures["next_due_minor"]) == (0, 353_53 - 100_00)


async def test_before_the_first_payment_none_is_named(lending: Lending) -> None:
    phone = await lending.borrower()

    figures = await stated(lending, phone, await lending.active_loan(phone))

    assert [figures[f"paid_{n}_on"] for n in (1, 2, 3)] == [None, None, None]


async def test_what_is_overdue_is_said(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    clock.move(days=40)
    await lending.close(clock.now().date())

    assert (await stated(lending, phone, loan))["overdue_minor"] == 353_53 + 50_00


async def test_a_loan_has_one_statement_a_day(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)

    first = await send_statement(lending.engine, phone, loan.reference, "first")
    again = await send_statement(lending.engine, phone, loan.reference, "first")
    second = await send_statement(lending.engine, phone, loan.reference, "second")
    await lending.close(clock.now().date())
    tomorrow = await send_statement(lending.engine, phone, loan.reference, "third")

    assert [first, again, second, tomorrow] == [
        StatementOutcome.SENT,
        StatementOutcome.SENT,
        StatementOutcome.ALREADY,
        StatementOutcome.SENT,
    ]
    assert len(await lending.messages(MessageKind.LOAN_STATEMENT)) == 2


async def test_there_is_none_of_somebody_elses_loan_nor_before_the_money_came(lending: Lending) -> None:
    phone, neighbour = await lending.borrower(), await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))
    theirs = await lending.active_loan(neighbour)

    for reference in (accepted.reference, theirs.reference):
        outcome = await send_statement(lending.engine, phone, reference, f"key {reference}")
        assert outcome is StatementOutcome.NOT_RUNNING
    assert await lending.messages(MessageKind.LOAN_STATEMENT) == []
