"""A borrower thinks again: before the payout it costs nothing, and for some days after it the cash undoes the loan."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from core.money import ZERO, Money, total
from core.phones import PhoneNumber
from core.records.loan import IllegalLoanTransition, Loan, LoanPosition, LoanStatus
from core.records.message import MessageKind
from core.records.proposal import ProposalKind
from core.use_cases.cancelling import (
    CancelForBorrower,
    CashToReturn,
    CoolingOffOver,
    FreeToCancel,
    PayoutUnderWay,
    ask_to_cancel,
    cancel_accepted_loan,
    cancel_for_borrower,
    way_to_cancel,
)
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import HOME, Lending, key

CASH = Money.of("950")
"""The principal of 1000.00 less the upfront fee of 5 %."""


def is_empty(position: LoanPosition) -> bool:
    return total((position.principal, position.interest, position.fees, position.penalties)) == ZERO


async def pay_cash(lending: Lending, loan: Loan, amount: Money = CASH, reference: str = "CASH") -> Loan:
    await lending.pay(amount, reference=reference, account=str(loan.reference))
    return await lending.loan(loan)


async def accepted(lending: Lending) -> tuple[PhoneNumber, Loan]:
    phone = await lending.borrower()
    return phone, await lending.accept(phone, await lending.offer(phone))


async def running(lending: Lending) -> tuple[PhoneNumber, Loan]:
    phone = await lending.borrower()
    return phone, await lending.active_loan(phone)


async def test_an_accepted_loan_is_cancelled_freely_and_once(lending: Lending) -> None:
    phone, loan = await accepted(lending)

    cancelled = await cancel_accepted_loan(lending.engine, phone, loan.reference)
    again = await cancel_accepted_loan(lending.engine, phone, loan.reference)

    assert (cancelled.status, again.version) == (LoanStatus.CANCELLED, cancelled.version)
    assert len(await lending.messages(MessageKind.LOAN_CANCELLED)) == 1
    with pytest.raises(IllegalLoanTransition):
        await lending.release(again)


async def test_a_loan_is_not_cancelled_while_its_payout_is_under_way(lending: Lending) -> None:
    phone, loan = await accepted(lending)
    await lending.release(loan)

    with pytest.raises(PayoutUnderWay):
        await cancel_accepted_loan(lending.engine, phone, loan.reference)


async def test_a_loan_that_is_an_offer_or_running_is_not_cancelled_freely(lending: Lending) -> None:
    phone = await lending.borrower()
    offered = await lending.offer(phone)
    other_phone, active = await running(lending)

    with pytest.raises(IllegalLoanTransition):
        await cancel_accepted_loan(lending.engine, phone, offered.reference)
    with pytest.raises(IllegalLoanTransition):
        await cancel_accepted_loan(lending.engine, other_phone, active.reference)


async def test_a_borrower_cancels_no_loan_of_another(lending: Lending) -> None:
    _, loan = await accepted(lending)

    with pytest.raises(NotFound):
        await cancel_accepted_loan(lending.engine, await lending.borrower(), loan.reference)


async def test_the_cash_of_who_asked_cancels_the_loan_and_leaves_the_books_clean(lending: Lending) -> None:
    phone, loan = await running(lending)
    asked = await ask_to_cancel(lending.engine, phone, loan.reference)
    assert (asked.amount, asked.until) == (CASH, await lending.today() + timedelta(days=3))

    returned = await pay_cash(lending, loan)

    assert (returned.status, returned.closed_on) == (LoanStatus.CANCELLED, await lending.today())
    position, _ = await lending.books(loan)
    assert is_empty(position)
    assert position.overpaid == ZERO
    assert await verify_ledger(lending.engine, [HOME]) == []
    [told] = await lending.messages(MessageKind.LOAN_RETURNED)
    assert told.data["amount_minor"] == CASH.minor
    assert await lending.messages(MessageKind.PAYMENT_RECEIVED) == []


async def test_the_cash_is_taken_on_the_last_day_and_not_after_it(lending: Lending) -> None:
    phone, on_the_last_day = await running(lending)
    other_phone, too_late = await running(lending)
    for caller, loan in ((phone, on_the_last_day), (other_phone, too_late)):
        await ask_to_cancel(lending.engine, caller, loan.reference)
    lent_on = await lending.today()

    await lending.close(lent_on + timedelta(days=2))
    await lending.pay(CASH, reference="A", account=str(on_the_last_day.reference), on=lent_on + timedelta(days=3))
    await lending.close(lent_on + timedelta(days=3))
    await lending.pay(CASH, reference="B", account=str(too_late.reference), on=lent_on + timedelta(days=4))

    assert (await lending.loan(on_the_last_day)).status is LoanStatus.CANCELLED
    assert (await lending.loan(too_late)).status is LoanStatus.ACTIVE
    with pytest.raises(CoolingOffOver):
        await ask_to_cancel(lending.engine, other_phone, too_late.reference)


async def test_the_cash_in_time_cancels_without_a_word_as_the_statement_promised(lending: Lending) -> None:
    _, loan = await running(lending)

    assert (await pay_cash(lending, loan)).status is LoanStatus.CANCELLED


async def test_another_amount_is_a_repayment_and_the_rest_then_cancels(lending: Lending) -> None:
    phone, loan = await running(lending)
    await ask_to_cancel(lending.engine, phone, loan.reference)

    assert (await pay_cash(lending, loan, Money.of("400"), "PART")).status is LoanStatus.ACTIVE
    assert (await ask_to_cancel(lending.engine, phone, loan.reference)).amount == Money.of("550")
    assert (await pay_cash(lending, loan, Money.of("550"), "REST")).status is LoanStatus.CANCELLED
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_asking_twice_is_one_wish_and_one_message(lending: Lending) -> None:
    phone, loan = await running(lending)

    first = await ask_to_cancel(lending.engine, phone, loan.reference)
    after_first = await lending.loan(loan)
    second = await ask_to_cancel(lending.engine, phone, loan.reference)

    assert second == first
    assert (await lending.loan(loan)).version == after_first.version
    assert len(await lending.messages(MessageKind.RETURN_ASKED)) == 1


async def test_a_loan_that_is_not_running_has_no_cash_to_return(lending: Lending) -> None:
    phone, loan = await accepted(lending)

    with pytest.raises(CoolingOffOver):
        await ask_to_cancel(lending.engine, phone, loan.reference)


async def test_a_return_that_is_reversed_opens_the_loan_again_and_may_come_again(lending: Lending) -> None:
    phone, loan = await running(lending)
    await ask_to_cancel(lending.engine, phone, loan.reference)
    await pay_cash(lending, loan)
    data = {"rail": "simulated", "rail_reference": "CASH", "to": "payer"}

    change = await propose(
        lending.engine, lending.cashier, Propose(HOME, ProposalKind.REVERSE_PAYMENT, data, "As agreed.", key())
    )
    await carry_out(lending.engine, lending.manager, Answer(HOME, change.id, "Seen.", key()))

    reopened = await lending.loan(loan)
    assert (reopened.status, reopened.closed_on) == (LoanStatus.ACTIVE, None)
    assert (await pay_cash(lending, loan, reference="AGAIN")).status is LoanStatus.CANCELLED
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_what_cancelling_takes_is_nothing_before_the_payout_and_the_cash_after_it(lending: Lending) -> None:
    before, unpaid = await accepted(lending)
    after, paid_out = await running(lending)

    free = await way_to_cancel(lending.engine, before, unpaid.reference)
    assert free == FreeToCancel(unpaid.principal, lending.mfi.name, unpaid.reference)
    at_a_cost = await way_to_cancel(lending.engine, after, paid_out.reference)
    assert isinstance(at_a_cost, CashToReturn)
    assert at_a_cost.amount == CASH
    assert await lending.messages(MessageKind.LOAN_CANCELLED) == []


async def test_an_offer_that_nobody_accepted_has_no_way_to_be_cancelled(lending: Lending) -> None:
    phone = await lending.borrower()
    offered = await lending.offer(phone)

    with pytest.raises(CoolingOffOver):
        await way_to_cancel(lending.engine, phone, offered.reference)


async def test_staff_cancel_the_loan_that_they_saw(lending: Lending) -> None:
    _, loan = await accepted(lending)
    stale = CancelForBorrower(loan.reference, loan.version - 1, "Came to the branch.", key())

    with pytest.raises(Conflict):
        await cancel_for_borrower(lending.engine, lending.officer, stale)

    assert (await lending.loan(loan)).status is LoanStatus.ACCEPTED
