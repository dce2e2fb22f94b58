"""Cooling off: the cash comes back, nothing is left to pay, and the lender keeps no income of the loan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from core.calendar import PeriodUnit
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import Charge, CoolingOffReturn, Disbursed, Event, Repayment, Reversal, Waiver, WriteOff
from core.loans.history import LoanHistory
from core.loans.parts import Part, Split
from core.loans.policy import LateFeeRule, Policy
from core.loans.refusals import LoanNotActive, NothingToReturn, PayoffBeforeLaterEvent
from core.loans.terms import Fee, FeeTiming, LoanTerms
from core.loans.transactions import TransactionKind
from core.money import ZERO, Money, total

LENT_ON = date(2024, 1, 1)
ON = LENT_ON + timedelta(days=2)
TERMS = LoanTerms(
    principal=Money.of("1000"),
    annual_rate_percent=Decimal(52),
    periods=4,
    period_unit=PeriodUnit.WEEK,
    disbursed_on=LENT_ON,
    fees=(
        Fee("initiation", FeeTiming.UPFRONT, percent=Decimal(5)),
        Fee("admin", FeeTiming.SPREAD, amount=Money.of("8")),
    ),
)
"""950.00 reaches the borrower; 2.00 of fees and 10.00 of interest fall due after a week, on 8 January."""
LATE_FEE = LateFeeRule(Money.of("50"), None, with_interest=True, after_days=0)


def lent(*events: Event, closed_through: date = LENT_ON) -> LoanHistory:
    policy = Policy(late_fee=LATE_FEE, arrears_interest_percent=Decimal(36))
    history = LoanHistory(UUID(int=1), TERMS, policy, Disbursed("lent", "", LENT_ON), closed_through)
    for event in events:
        history = history.recorded(event)
    return history


def pay(n: int, on: date, amount: str) -> Repayment:
    return Repayment(f"pay:{n}", n, "", on, Money.of(amount))


def give_back(n: int, on: date, amount: str) -> CoolingOffReturn:
    return CoolingOffReturn(f"return:{n}", n, "", on, Money.of(amount))


def balances(journals: tuple[Journal, ...]) -> dict[str, str]:
    """Debits minus credits of each account that is not at zero."""
    sums: dict[str, Money] = {}
    for posting in (posting for journal in journals for posting in journal.postings):
        sums[str(posting.debit)] = sums.get(str(posting.debit), ZERO) + posting.amount
        sums[str(posting.credit)] = sums.get(str(posting.credit), ZERO) - posting.amount
    return {account: amount.plain for account, amount in sums.items() if amount}


def is_undone(account: LoanAccount) -> bool:
    """Whether nothing of the loan is left, with its borrower or in the books."""
    is_clear = account.outstanding() == ZERO and account.overpaid == ZERO and balances(account.journals) == {}
    return account.status is AccountStatus.CANCELLED and is_clear


def test_the_cash_received_undoes_the_loan_with_the_fee_that_was_held_back() -> None:
    assert lent().cash_to_return(ON) == Money.of("950")
    assert is_undone(lent(give_back(1, ON, "950")).account(ON))


def test_the_return_says_what_paid_the_principal() -> None:
    told = lent(give_back(1, ON, "950")).account(ON).transaction("return:1")

    assert told is not None
    assert (told.kind, told.amount) == (TransactionKind.COOLING_OFF_RETURN, Money.of("950"))
    assert told.split == Split(principal=Money.of("1000"))
    assert told.income_returned == Split(fees=Money.of("50"))
    assert told.principal_after == ZERO


def test_what_came_back_before_is_not_asked_again_and_its_interest_pays_principal() -> None:
    history = lent(pay(1, ON, "100"))

    assert history.cash_to_return(ON) == Money.of("850")
    undone = history.recorded(give_back(2, ON, "850")).account(ON)

    assert is_undone(undone)
    returned = undone.transaction("return:2")
    assert returned is not None
    # The 100.00 had paid a fee of 2.00 and interest of 10.00 of the first week.
    assert returned.income_returned == Split(interest=Money.of("10"), fees=Money.of("52"))
    assert all(row.paid[part] == ZERO for row in undone.instalments for part in Part if part is not Part.PRINCIPAL)
    assert all(row.paid_in_advance == row.paid[Part.PRINCIPAL] for row in undone.instalments)


def test_income_in_the_books_and_late_fees_are_taken_back() -> None:
    on = date(2024, 1, 12)
    history = lent(closed_through=LENT_ON).recorded(Charge("c", 1, date(2024, 1, 3), Part.PENALTY, Money.of("7")))
    history = history.closed(date(2024, 1, 11))
    assert history.account(on).outstanding(Part.PENALTY) == Money.of("57")
    assert balances(history.account(on).journals)["interest_receivable"] == "10.00"

    returned = history.recorded(give_back(2, on, "950"))

    assert is_undone(returned.account(on))
    assert is_undone(returned.closed(date(2024, 3, 1)).account(date(2024, 3, 1)))


def test_income_that_was_paid_after_it_was_booked_is_taken_back() -> None:
    on = date(2024, 1, 12)
    history = lent(pay(1, on, "300"), closed_through=date(2024, 1, 11))

    assert is_undone(history.recorded(give_back(2, on, "650")).account(on))


def test_what_was_waived_before_stays_waived() -> None:
    waived = lent(Waiver("w", 1, ON, 1, Part.INTEREST, Money.of("4")), give_back(2, ON, "950"))

    assert is_undone(waived.account(ON))


def test_more_than_the_cash_is_the_borrowers_credit() -> None:
    account = lent(give_back(1, ON, "951")).account(ON)

    assert (account.status, account.overpaid) == (AccountStatus.CANCELLED, Money.of("1"))
    assert balances(account.journals) == {"float": "1.00", "overpayment": "-1.00"}


def test_a_payment_after_the_return_is_the_borrowers_credit() -> None:
    account = lent(give_back(1, ON, "950"), pay(2, ON, "20")).account(ON)

    assert (account.status, account.overpaid) == (AccountStatus.CANCELLED, Money.of("20"))


def test_less_than_the_cash_is_an_ordinary_repayment() -> None:
    account = lent(give_back(1, ON, "949.99")).account(ON)

    assert account.status is AccountStatus.ACTIVE
    assert account.transactions[-1].kind is TransactionKind.REPAYMENT


def test_a_return_is_an_ordinary_repayment_once_a_payment_before_it_was_reversed() -> None:
    history = lent(pay(1, ON, "100"), give_back(2, ON, "850"), Reversal("r", 3, "pay:1"))

    account = history.account(ON)

    assert account.status is AccountStatus.ACTIVE
    assert [one.kind for one in account.transactions] == [TransactionKind.DISBURSEMENT, TransactionKind.REPAYMENT]


def test_a_reversed_return_leaves_the_loan_as_if_it_had_never_come() -> None:
    assert lent(give_back(1, ON, "950"), Reversal("r", 2, "return:1")).account(ON) == lent().account(ON)


def test_a_loan_that_was_given_up_is_not_returned() -> None:
    with pytest.raises(LoanNotActive):
        lent(WriteOff("w", 1, LENT_ON)).recorded(give_back(2, LENT_ON, "950"))


def test_there_is_nothing_to_return_once_as_much_came_back() -> None:
    with pytest.raises(NothingToReturn):
        lent(pay(1, ON, "950")).cash_to_return(ON)


def test_no_return_counts_before_a_later_event() -> None:
    with pytest.raises(PayoffBeforeLaterEvent) as refused:
        lent(pay(1, date(2024, 1, 4), "1")).cash_to_return(date(2024, 1, 3))

    assert refused.value.field == "on"


def test_nothing_else_happens_to_a_loan_that_was_returned() -> None:
    with pytest.raises(LoanNotActive):
        lent(give_back(1, ON, "950"), Charge("c", 2, ON, Part.FEE, Money.of("1")))


def test_a_return_after_the_cash_came_back_otherwise_is_an_ordinary_repayment() -> None:
    """Recorded after the return and dated before it: by then there was no cash left to give back."""
    history = replace(lent(give_back(1, ON, "950")), policy=Policy())
    came_back_first = replace(history, events=(*history.events, pay(2, LENT_ON, "950")))

    account = came_back_first.account(ON)

    assert account.returned_on is None
    assert [one.kind for one in account.transactions[1:]] == [TransactionKind.REPAYMENT] * 2
    assert account.overpaid == Money.of("1900") - total(total(row.due.values()) for row in account.instalments)


def test_what_was_forgiven_before_stays_forgiven_beside_what_the_return_forgives() -> None:
    charge = Charge("c", 1, LENT_ON, Part.PENALTY, Money.of("5"))
    waiver = Waiver("w", 2, LENT_ON, 1, Part.PENALTY, Money.of("2"))

    unpaid = lent(charge, waiver, give_back(3, ON, "950")).account(ON)
    paid = lent(charge, waiver, pay(3, LENT_ON, "1"), give_back(4, ON, "949")).account(ON)

    assert unpaid.instalments[0].waived[Part.PENALTY] == Money.of("5")
    assert paid.instalments[0].waived[Part.PENALTY] == Money.of("5")
    assert is_undone(unpaid)
    assert is_undone(paid)


def test_a_return_pays_no_principal_that_is_paid_already() -> None:
    account = lent(pay(1, LENT_ON, "300"), give_back(2, ON, "650")).account(ON)

    assert all(item.amount > ZERO for item in account.allocations["return:2"])


def test_what_was_paid_early_or_late_of_the_income_given_back_is_neither_any_more() -> None:
    history = replace(lent(), policy=Policy()).closed(LENT_ON + timedelta(days=7))
    for event in (
        pay(1, LENT_ON + timedelta(days=4), "1"),
        pay(2, LENT_ON + timedelta(days=9), "111"),
        give_back(3, LENT_ON + timedelta(days=10), "838"),
    ):
        history = history.recorded(event)

    row = history.account(LENT_ON + timedelta(days=10)).instalments[0]

    assert row.paid_in_advance == ZERO
    assert row.paid_late == row.paid[Part.PRINCIPAL] == row.due[Part.PRINCIPAL]
