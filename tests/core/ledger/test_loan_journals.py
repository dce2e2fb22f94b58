"""Every kind of transaction of a loan, and the journal that it comes to: the whole journal, line by line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.ledger.journals import Journal, Posting
from core.ledger.loan_journals import loan_journals
from core.loans.parts import Part, Split
from core.loans.terms import Fee, FeeTiming, LoanTerms
from core.loans.transactions import Allocation, Recognised, Transaction, TransactionKind
from core.money import Money

LOAN = UUID(int=7)
ON = date(2026, 3, 1)
CASH = "float:mpesa"
TERMS = LoanTerms(principal=Money.of("100"), annual_rate_percent=Decimal(24), periods=2, disbursed_on=date(2026, 2, 1))
UPFRONT = Fee("admin", FeeTiming.UPFRONT, amount=Money.of("3"))


def lines(kind: TransactionKind, *postings: tuple[str, str, str, int | None], key: str = "k") -> tuple[Journal, ...]:
    moved = tuple(Posting(debit, credit, Money.of(amount), n) for debit, credit, amount, n in postings)
    return (Journal(key, kind.value, ON, moved, LOAN),)


def booked(kind: TransactionKind, amount: str, *allocations: Allocation, **more: Any) -> tuple[Journal, ...]:
    transaction = Transaction("k", kind, ON, Money.of(amount), allocations, TERMS.principal, **more)
    return loan_journals(LOAN, TERMS, [transaction], [])


def part(part: Part, amount: str, *, n: int = 1, recognised: bool = True) -> Allocation:
    return Allocation(n, part, Money.of(amount), in_advance=False, recognised=recognised)


def test_a_disbursement_lends_the_whole_principal_and_keeps_the_upfront_fee() -> None:
    kind = TransactionKind.DISBURSEMENT
    terms = LoanTerms(
        principal=Money.of("100"),
        annual_rate_percent=Decimal(24),
        periods=2,
        disbursed_on=date(2026, 2, 1),
        fees=(UPFRONT,),
    )
    lent = Transaction("k", kind, ON, Money.of("100"), (), Money.of("100"), money_account=CASH)

    assert booked(kind, "100", money_account=CASH) == lines(kind, ("principal", CASH, "100", None))
    assert loan_journals(LOAN, terms, [lent], []) == lines(
        kind, ("principal", CASH, "97", None), ("principal", "fee_income", "3", None)
    )


@pytest.mark.parametrize("kind", [TransactionKind.REPAYMENT, TransactionKind.PAYOFF])
def test_money_pays_receivables_what_is_not_in_the_books_is_income_and_the_rest_is_credit(
    kind: TransactionKind,
) -> None:
    allocations = (
        part(Part.PENALTY, "1"),
        part(Part.FEE, "2"),
        part(Part.INTEREST, "3"),
        part(Part.PRINCIPAL, "4"),
        part(Part.PENALTY, "5", n=2, recognised=False),
        part(Part.FEE, "6", n=2, recognised=False),
        part(Part.INTEREST, "7", n=2, recognised=False),
    )

    assert booked(kind, "30", *allocations, money_account=CASH, overpaid=Money.of("2")) == lines(
        kind,
        (CASH, "penalty_receivable", "1", 1),
        (CASH, "fee_receivable", "2", 1),
        (CASH, "interest_receivable", "3", 1),
        (CASH, "principal", "4", 1),
        (CASH, "penalty_income", "5", 2),
        (CASH, "fee_income", "6", 2),
        (CASH, "interest_income", "7", 2),
        (CASH, "overpayment", "2", None),
    )


def test_money_after_a_loss_is_recovered() -> None:
    kind = TransactionKind.REPAYMENT

    assert booked(kind, "9", money_account=CASH, recovered=Money.of("9")) == lines(kind, (CASH, "recovery", "9", None))


def test_a_refund_pays_the_credit_out() -> None:
    kind = TransactionKind.REFUND

    assert booked(kind, "9", money_account=CASH) == lines(kind, ("overpayment", CASH, "9", None))


def test_a_charge_and_a_late_fee_are_income_at_once_and_a_late_fee_is_keyed_by_its_instalment() -> None:
    assert booked(TransactionKind.CHARGE, "5", part(Part.FEE, "5")) == lines(
        TransactionKind.CHARGE, ("fee_receivable", "fee_income", "5", 1)
    )
    assert booked(TransactionKind.LATE_FEE, "5", part(Part.PENALTY, "5", n=2)) == lines(
        TransactionKind.LATE_FEE, ("penalty_receivable", "penalty_income", "5", 2), key=f"late_fee:{LOAN}:2"
    )


@pytest.mark.parametrize("kind", [TransactionKind.WAIVER, TransactionKind.WRITE_OFF])
def test_what_is_given_up_takes_income_back_that_was_in_the_books_and_expenses_principal(kind: TransactionKind) -> None:
    allocations = (
        part(Part.PENALTY, "1"),
        part(Part.FEE, "2"),
        part(Part.INTEREST, "3"),
        part(Part.INTEREST, "8", recognised=False),
        part(Part.PRINCIPAL, "4"),
    )

    assert booked(kind, "18", *allocations) == lines(
        kind,
        ("penalty_income", "penalty_receivable", "1", 1),
        ("fee_income", "fee_receivable", "2", 1),
        ("interest_income", "interest_receivable", "3", 1),
        ("write_off", "principal", "4", 1),
    )


def test_a_cooling_off_return_pays_principal_with_cash_and_with_the_income_that_it_takes_back() -> None:
    kind = TransactionKind.COOLING_OFF_RETURN
    income = Split(interest=Money.of("1"), fees=Money.of("3"), penalties=Money.of("2"))
    allocations = (part(Part.PRINCIPAL, "100"), part(Part.INTEREST, "4"))

    returned = booked(kind, "95", *allocations, money_account=CASH, overpaid=Money.of("1"), income_returned=income)

    assert returned == lines(
        kind,
        (CASH, "principal", "94", None),
        ("penalty_income", "principal", "2", None),
        ("fee_income", "principal", "3", None),
        ("interest_income", "principal", "1", None),
        ("interest_income", "interest_receivable", "4", 1),
        (CASH, "overpayment", "1", None),
    )


def test_a_transaction_that_moves_nothing_has_no_journal() -> None:
    assert booked(TransactionKind.WAIVER, "0") == ()


def test_the_close_of_a_due_date_recognises_interest_and_fees_after_what_else_was_that_day() -> None:
    paid = Transaction(
        "k", TransactionKind.REPAYMENT, ON, Money.of("1"), (), TERMS.principal, overpaid=Money(100), money_account=CASH
    )
    closes = [
        Recognised(2, date(2026, 2, 28), Money.of("1"), Money(0)),
        Recognised(1, ON, Money.of("2"), Money.of("3")),
        Recognised(3, ON, Money(0), Money(0)),
    ]

    journals = loan_journals(LOAN, TERMS, [paid], closes)

    earned = Posting("interest_receivable", "interest_income", Money.of("1"), 2)
    assert journals == (
        Journal(f"interest:{LOAN}:2", "interest", date(2026, 2, 28), (earned,), LOAN),
        *lines(TransactionKind.REPAYMENT, (CASH, "overpayment", "1", None)),
        Journal(
            f"interest:{LOAN}:1",
            "interest",
            ON,
            (
                Posting("interest_receivable", "interest_income", Money.of("2"), 1),
                Posting("fee_receivable", "fee_income", Money.of("3"), 1),
            ),
            LOAN,
        ),
    )
