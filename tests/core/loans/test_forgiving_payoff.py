"""A settlement by a quote that still held: what ran on since is let go of, at most as much as was promised."""

from __future__ import annotations

from datetime import date

import pytest

from core.ledger.accounts import Account
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import Event, Payoff
from core.loans.history import LoanHistory
from core.loans.policy import LateFeeRule
from core.loans.transactions import TransactionKind
from core.money import ZERO, Money, total
from tests.core.loans.hundred import after, loan, pay

QUOTED_ON = date(2024, 1, 31)
PAID_ON = date(2024, 2, 4)
LATE_FEE = LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0)


def lived(*events: Event) -> LoanHistory:
    return after(loan(closed_through=date(2024, 2, 3), late_fee=LATE_FEE), *events)


def quoted() -> Money:
    return lived().payoff(QUOTED_ON).total


def ran_on() -> Money:
    return lived().payoff(PAID_ON).total - quoted()


def settled(amount: Money, forgives: Money, *before: Event) -> LoanAccount:
    settlement = Payoff("settle", 9, "", PAID_ON, amount, forgives=forgives)
    return lived(*before, settlement).account(PAID_ON)


def test_a_quotes_amount_closes_the_loan_and_nothing_is_overpaid() -> None:
    account = settled(quoted(), ran_on())

    assert (account.status, account.outstanding(), account.overpaid) == (AccountStatus.CLOSED, ZERO, ZERO)


def test_what_was_income_already_is_taken_back_and_no_receivable_stays() -> None:
    account = settled(quoted(), ran_on())
    let_go = account.transaction("settle:forgiven")

    receivables = (Account.INTEREST_RECEIVABLE, Account.FEE_RECEIVABLE, Account.PENALTY_RECEIVABLE, Account.PRINCIPAL)
    postings = [posting for journal in account.journals for posting in journal.postings]
    for name in receivables:
        debits = total(posting.amount for posting in postings if posting.debit == name)
        assert debits == total(posting.amount for posting in postings if posting.credit == name)
    assert let_go is not None
    assert let_go.kind is TransactionKind.WAIVER
    assert let_go.split.principal == ZERO
    assert let_go.split.penalties == Money.of("5")


@pytest.mark.parametrize("short", [1, 100])
def test_short_of_more_than_was_promised_it_is_an_ordinary_repayment(short: int) -> None:
    account = settled(quoted() - Money(short), ran_on())
    settlement = account.transaction("settle")

    assert settlement is not None
    assert settlement.kind is TransactionKind.REPAYMENT
    assert account.status is AccountStatus.ACTIVE


def test_principal_is_never_let_go_of() -> None:
    everything = lived().payoff(PAID_ON)

    account = settled(Money(1), everything.total)

    assert account.status is AccountStatus.ACTIVE
    assert account.transaction("settle:forgiven") is None


def test_what_is_paid_beyond_the_days_quote_is_credit_and_nothing_is_let_go_of() -> None:
    asked = lived().payoff(PAID_ON).total

    account = settled(asked + Money.of("7"), ran_on())

    assert (account.status, account.overpaid) == (AccountStatus.CLOSED, Money.of("7"))
    assert account.transaction("settle:forgiven") is None


def test_a_promise_without_anything_let_go_of_is_an_ordinary_settlement() -> None:
    on = date(2024, 1, 15)
    asked = lived().payoff(on).total
    plain = lived(Payoff("settle", 9, "", on, asked)).account(on)
    promised = lived(Payoff("settle", 9, "", on, asked, forgives=Money.of("3"))).account(on)

    assert plain.transactions == promised.transactions


def test_a_payment_before_it_leaves_more_to_settle_with_than_is_asked() -> None:
    account = settled(quoted(), ran_on(), pay(1, QUOTED_ON, "10"))

    assert account.status is AccountStatus.CLOSED
    assert account.overpaid > ZERO
