"""What was paid too much goes back: at most that, and never from under a payment that made it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from core.calendar import PeriodUnit
from core.ledger.accounts import Account
from core.loans.account import AccountStatus
from core.loans.events import Disbursed, Event, Refund, Repayment, Reversal
from core.loans.history import LoanHistory
from core.loans.policy import Policy
from core.loans.refusals import BeforeDisbursement, CreditPaidOut, NotMoreThanNothing, RefundAboveCredit
from core.loans.terms import LoanTerms
from core.loans.transactions import TransactionKind
from core.money import ZERO, Money

LENT_ON = date(2024, 1, 1)
PAID_ON = date(2024, 3, 1)
TERMS = LoanTerms(
    principal=Money.of("100"),
    annual_rate_percent=Decimal(0),
    periods=1,
    period_unit=PeriodUnit.MONTH,
    disbursed_on=LENT_ON,
)


def overpaid(*events: Event) -> LoanHistory:
    """A loan of 100 whose borrower paid 130, and what happened then."""
    history = LoanHistory(UUID(int=1), TERMS, Policy(), Disbursed("lent", "r", LENT_ON), PAID_ON)
    for event in (Repayment("pay", 1, "r", PAID_ON, Money.of("130")), *events):
        history = history.recorded(event)
    return history


def refund(n: int, amount: str, on: date = PAID_ON) -> Refund:
    return Refund(f"refund:{n}", n, "r", on, Money.of(amount))


def test_a_refund_lowers_the_credit_and_leaves_the_float() -> None:
    account = overpaid(refund(2, "20")).account(PAID_ON)

    made = account.transaction("refund:2")
    (journal,) = [journal for journal in account.journals if journal.key == "refund:2"]
    (posting,) = journal.postings
    assert account.overpaid == Money.of("10")
    assert account.status is AccountStatus.CLOSED
    assert made is not None
    assert (made.kind, made.amount) == (TransactionKind.REFUND, Money.of("20"))
    assert (posting.debit, posting.credit, posting.amount) == (Account.OVERPAYMENT, "float:r", Money.of("20"))


def test_no_more_goes_back_than_was_paid_too_much_and_is_left() -> None:
    history = overpaid(refund(2, "20"))

    with pytest.raises(RefundAboveCredit) as refused:
        history.recorded(refund(3, "10.01"))

    assert refused.value.field == "amount"
    assert history.recorded(refund(3, "10")).account(PAID_ON).overpaid == ZERO


def test_nothing_and_what_counts_before_the_payout_are_no_refunds() -> None:
    with pytest.raises(NotMoreThanNothing):
        overpaid().recorded(refund(2, "0"))
    with pytest.raises(BeforeDisbursement):
        overpaid().recorded(refund(2, "1", LENT_ON - timedelta(days=1)))


def test_a_payment_is_not_reversed_from_under_what_went_back_of_it() -> None:
    history = overpaid(refund(2, "20"))

    with pytest.raises(CreditPaidOut):
        history.recorded(Reversal("undo", 3, "pay"))


def test_a_refund_that_came_back_is_credit_again() -> None:
    history = overpaid(refund(2, "20"), Reversal("undo", 3, "refund:2"))

    assert history.account(PAID_ON).overpaid == Money.of("30")
    assert history.recorded(Reversal("undo:2", 4, "pay")).account(PAID_ON).status is AccountStatus.ACTIVE
