"""A payoff quote that holds for days: paying exactly it closes the loan, and what ran on since is let go of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import NotFound
from core.loans.policy import LateFeeRule, Policy
from core.money import ZERO, Money, total
from core.phones import PhoneNumber
from core.records.loan import Loan, LoanStatus
from core.records.proposal import ProposalKind
from core.records.wallet import KeptQuote
from core.use_cases.borrowing import payoff_quote
from core.use_cases.paying_off import quote_payoff
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_postgres import MovableClock

pytestmark = pytest.mark.engine

LATE_FEE = Policy(late_fee=LateFeeRule(Money.of("25"), None, with_interest=True, after_days=0))


async def running(lending: Lending, *, quote_days: int = 5) -> tuple[PhoneNumber, Loan]:
    """A loan of a product with a late fee, whose payoff quotes hold for some days."""
    version = replace(lending.product, version=2, payoff_quote_days=quote_days, policy=LATE_FEE)
    await lending.engine.record.add_product(version)
    lending.product = version
    phone = await lending.borrower()
    return phone, await lending.active_loan(phone)


async def pass_days(lending: Lending, clock: MovableClock, days: int) -> None:
    clock.move(days=days)
    await lending.close(clock.now().date() - timedelta(days=1))


async def quoted(lending: Lending, phone: PhoneNumber, loan: Loan) -> KeptQuote:
    return await quote_payoff(lending.engine, phone, loan.reference)


async def pay(lending: Lending, loan: Loan, amount: Money, reference: str = "RAIL-1") -> Loan:
    await lending.pay(amount, reference=reference, account=str(loan.reference))
    return await lending.loan(loan)


async def whole_outstanding(lending: Lending, loan: Loan) -> Money:
    """Every instalment to the end, with the interest of days that have not come."""
    _, instalments = await lending.books(loan)
    return total(row.outstanding for row in instalments)


async def assert_books_balance(lending: Lending) -> None:
    assert not await lending.engine.record.verify_ledger(HOME)


@pytest.mark.parametrize("days", [0, 1, 5])
async def test_paying_exactly_a_quote_by_its_last_day_closes_the_loan(
    lending: Lending, clock: MovableClock, days: int
) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, days)

    closed = await pay(lending, loan, quote.total)

    position, instalments = await lending.books(loan)
    assert (closed.status, position.overpaid) == (LoanStatus.CLOSED, ZERO)
    assert all(row.outstanding == ZERO for row in instalments)
    await assert_books_balance(lending)


@pytest.mark.parametrize("more", ["0.01", "20"])
async def test_more_than_the_days_payoff_closes_the_loan_and_the_rest_is_credit(
    lending: Lending, clock: MovableClock, more: str
) -> None:
    phone, loan = await running(lending, quote_days=0)
    await pass_days(lending, clock, 10)
    asked = (await quoted(lending, phone, loan)).total
    assert await whole_outstanding(lending, loan) > asked + Money.of("20")

    closed = await pay(lending, loan, asked + Money.of(more))

    position, instalments = await lending.books(loan)
    assert (closed.status, position.overpaid) == (LoanStatus.CLOSED, Money.of(more))
    assert all(row.outstanding == ZERO for row in instalments)
    [receipt] = await lending.messages("payment_received")
    assert receipt.data["overpaid_minor"] == Money.of(more).minor
    assert receipt.data["outstanding_minor"] == 0
    [farewell] = await lending.messages("loan_closed")
    assert receipt.id < farewell.id, "what was paid is said before what came of it"
    await assert_books_balance(lending)


async def test_the_whole_schedule_paid_ahead_is_more_than_the_payoff(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending, quote_days=0)
    await pass_days(lending, clock, 10)
    asked = (await quoted(lending, phone, loan)).total
    whole = await whole_outstanding(lending, loan)

    await pay(lending, loan, whole)

    position, _ = await lending.books(loan)
    assert position.overpaid == whole - asked > ZERO


async def test_more_than_a_kept_quote_and_less_than_the_days_closes_the_loan(
    lending: Lending, clock: MovableClock
) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, 5)
    asked = (await payoff_quote(lending.engine, phone, loan.reference)).total
    assert asked > quote.total + Money(1)

    closed = await pay(lending, loan, quote.total + Money(1))

    position, _ = await lending.books(loan)
    assert (closed.status, position.overpaid) == (LoanStatus.CLOSED, ZERO)
    await assert_books_balance(lending)


async def test_a_day_later_it_is_an_ordinary_repayment(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, 6)

    assert (await pay(lending, loan, quote.total)).status is LoanStatus.ACTIVE


async def test_a_lisente_less_is_an_ordinary_repayment(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, 2)

    assert (await pay(lending, loan, quote.total - Money(1))).status is LoanStatus.ACTIVE


async def test_income_that_the_close_recognised_in_between_is_taken_back(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 28)
    quote = await quoted(lending, phone, loan)
    # The first instalment falls due and goes late: its interest and a late fee are in the books.
    await pass_days(lending, clock, 5)
    asked = (await payoff_quote(lending.engine, phone, loan.reference)).total

    closed = await pay(lending, loan, quote.total)

    assert asked > quote.total + Money.of("25")
    assert closed.status is LoanStatus.CLOSED
    await assert_books_balance(lending)


async def test_undoing_the_payment_brings_everything_back(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 28)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, 5)
    asked = (await payoff_quote(lending.engine, phone, loan.reference)).total
    await pay(lending, loan, quote.total)

    data = {"rail": "simulated", "rail_reference": "RAIL-1", "to": "payer"}
    reversal = Propose(HOME, ProposalKind.REVERSE_PAYMENT, data, "Bounced.", key())
    proposal = await propose(lending.engine, lending.cashier, reversal)
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))

    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert (await payoff_quote(lending.engine, phone, loan.reference)).total == asked
    await assert_books_balance(lending)


async def test_a_payment_in_between_makes_the_quote_void(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pay(lending, loan, Money.of("10"), "RAIL-1")
    await pass_days(lending, clock, 1)
    asked = (await payoff_quote(lending.engine, phone, loan.reference)).total

    closed = await pay(lending, loan, asked, "RAIL-2")

    assert asked != quote.total
    assert closed.status is LoanStatus.CLOSED


async def test_without_days_a_quote_is_good_for_its_own_day_only(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending, quote_days=0)
    await pass_days(lending, clock, 10)
    quote = await quoted(lending, phone, loan)
    await pass_days(lending, clock, 1)

    assert quote.expires_on == quote.quoted_on
    assert (await pay(lending, loan, quote.total)).status is LoanStatus.ACTIVE


async def test_asking_twice_gives_the_same_quote(lending: Lending, clock: MovableClock) -> None:
    phone, loan = await running(lending)
    await pass_days(lending, clock, 10)

    first, second = [await quoted(lending, phone, loan) for _ in range(2)]

    assert (first.total, first.expires_on) == (second.total, second.expires_on)


async def test_a_loan_that_is_not_running_has_no_quote(lending: Lending) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))

    with pytest.raises(NotFound):
        await quoted(lending, phone, accepted)
