"""The replay of a loan: allocation, recognition, late fees and what arrival order may not change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.ledger.accounts import Account
from core.ledger.difference import journal_difference
from core.ledger.journals import Journal
from core.loans.account import (
    Disbursed,
    LateFeeRule,
    LoanAccount,
    Part,
    Policy,
    Repayment,
    replay,
)
from core.loans.schedule import schedule
from core.loans.terms import Fee, FeeTiming, LoanTerms
from core.money import ZERO, Money, total

LOAN = UUID(int=1)
LENT_ON = date(2026, 1, 31)
TERMS = LoanTerms(
    principal=Money.of("1200"),
    annual_rate_percent=Decimal(36),
    periods=6,
    disbursed_on=LENT_ON,
    fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(5)),),
)
FEE = LateFeeRule(amount=Money.of("50"), percent=None, with_interest=False, after_days=0)
POLICY = Policy(late_fee=FEE)
DISBURSED = Disbursed("disbursement", "simulated", LENT_ON)
ROWS = schedule(TERMS).rows
LONG_AFTER = date(2027, 12, 31)


def paid(n: int, on: date, amount: Money) -> Repayment:
    return Repayment(f"repayment:{n}", n, "simulated", on, amount)


def account(*repayments: Repayment, closed_through: date = LENT_ON, policy: Policy = POLICY) -> LoanAccount:
    return replay(LOAN, TERMS, policy, DISBURSED, repayments, closed_through=closed_through)


def balance(journals: tuple[Journal, ...] | list[Journal], name: str) -> Money:
    debits = total(p.amount for journal in journals for p in journal.postings if p.debit == name)
    credited = total(p.amount for journal in journals for p in journal.postings if p.credit == name)
    return debits - credited


def test_the_upfront_fee_is_held_back_from_the_cash() -> None:
    journals = account().journals

    assert balance(journals, "float:simulated") == -Money.of("1140")
    assert balance(journals, Account.FEE_INCOME) == -Money.of("60")
    assert balance(journals, Account.PRINCIPAL) == Money.of("1200")


def test_interest_is_recognised_in_the_close_of_its_due_date() -> None:
    first = ROWS[0]

    the_day_before = account(closed_through=first.due_on - timedelta(days=1))
    on_the_day = account(closed_through=first.due_on)

    assert balance(the_day_before.journals, Account.INTEREST_INCOME) == ZERO
    assert balance(on_the_day.journals, Account.INTEREST_INCOME) == -first.interest
    assert on_the_day.receivable(Part.INTEREST) == first.interest


def test_interest_paid_before_it_is_due_becomes_income_when_it_is_received() -> None:
    first = ROWS[0]

    early = account(paid(1, LENT_ON, first.total), closed_through=first.due_on)

    assert balance(early.journals, Account.INTEREST_INCOME) == -first.interest
    assert balance(early.journals, Account.INTEREST_RECEIVABLE) == ZERO
    assert all(item.in_advance for item in early.allocations["repayment:1"])


def test_the_late_fee_appears_in_the_close_of_the_first_day_after_the_due_date() -> None:
    first = ROWS[0]

    on_the_due_date = account(closed_through=first.due_on)
    a_day_later = account(closed_through=first.due_on + timedelta(days=1))

    assert on_the_due_date.outstanding(Part.PENALTY) == ZERO
    assert a_day_later.outstanding(Part.PENALTY) == Money.of("50")
    assert a_day_later.instalments[0].late_fee_on == first.due_on + timedelta(days=1)


def test_the_late_fee_comes_once_for_each_late_instalment() -> None:
    never_paid = account(closed_through=LONG_AFTER)

    assert [row.due[Part.PENALTY] for row in never_paid.instalments] == [Money.of("50")] * 6


def test_an_instalment_paid_on_the_day_after_it_was_due_bears_no_late_fee_when_paid_before_the_close() -> None:
    first = ROWS[0]
    next_day = first.due_on + timedelta(days=1)

    in_time = account(paid(1, next_day, first.total), closed_through=next_day)

    assert in_time.outstanding(Part.PENALTY) == ZERO


def test_a_late_fee_in_percent_is_of_what_is_unpaid() -> None:
    first = ROWS[0]
    rule = LateFeeRule(amount=None, percent=Decimal("1.5"), with_interest=True, after_days=0)
    half = Money(first.total.minor // 2)

    late = account(
        paid(1, first.due_on, half),
        closed_through=first.due_on + timedelta(days=1),
        policy=Policy(late_fee=rule),
    )

    expected = round((first.total.minor - half.minor) * 0.015)
    assert late.outstanding(Part.PENALTY) == Money(expected)


def test_a_payment_covers_penalty_then_interest_then_principal_of_the_oldest_instalment_first() -> None:
    first, second = ROWS[0], ROWS[1]
    arrears = second.due_on + timedelta(days=2)
    amount = Money.of("50") + first.total + Money.of("50") + Money(1)

    split = account(paid(1, arrears, amount), closed_through=arrears).allocations["repayment:1"]

    assert [(item.instalment, item.part, item.amount) for item in split] == [
        (1, Part.PENALTY, Money.of("50")),
        (1, Part.INTEREST, first.interest),
        (1, Part.PRINCIPAL, first.principal),
        (2, Part.PENALTY, Money.of("50")),
        (2, Part.INTEREST, Money(1)),
    ]


def test_money_beyond_the_whole_loan_is_the_borrowers_credit() -> None:
    everything = schedule(TERMS).total

    over = account(paid(1, LENT_ON, everything + Money.of("10")))

    assert over.is_settled
    assert over.overpaid == Money.of("10")
    assert balance(over.journals, Account.OVERPAYMENT) == -Money.of("10")


def test_a_backdated_payment_leaves_the_loan_as_if_it_had_come_in_time() -> None:
    first = ROWS[0]
    late_by_recording = paid(2, first.due_on, first.total)
    closed = first.due_on + timedelta(days=10)

    backdated = account(late_by_recording, closed_through=closed)
    in_time = account(paid(2, first.due_on, first.total), closed_through=closed)

    assert backdated == in_time
    assert backdated.outstanding(Part.PENALTY) == ZERO


def test_the_ledger_receives_a_backdated_payment_as_mirror_and_new_journals() -> None:
    first = ROWS[0]
    closed = first.due_on + timedelta(days=10)
    before = account(closed_through=closed)
    after = account(paid(1, first.due_on, first.total), closed_through=closed)

    changes = journal_difference(before.journals, after.journals)
    books = [*before.journals, *changes]

    assert f"reversal:late_fee:{LOAN}:1" in [journal.key for journal in changes]
    assert balance(books, Account.PENALTY_RECEIVABLE) == ZERO
    assert balance(books, Account.PENALTY_INCOME) == ZERO
    assert balance(books, Account.INTEREST_RECEIVABLE) == after.receivable(Part.INTEREST)
    assert balance(books, "float:simulated") == balance(after.journals, "float:simulated")


def test_a_changed_journal_is_reversed_once_and_posted_again_under_the_next_version() -> None:
    first = ROWS[0]
    closed = first.due_on
    unpaid = account(closed_through=closed)
    half = account(paid(1, LENT_ON, Money(first.interest.minor // 2)), closed_through=closed)

    once = [*unpaid.journals, *journal_difference(unpaid.journals, half.journals)]
    back = [*once, *journal_difference(once, unpaid.journals)]

    interest = [journal.key for journal in back if journal.kind == "interest"]
    assert interest == [f"interest:{LOAN}:1", f"v2:interest:{LOAN}:1", f"v3:interest:{LOAN}:1"]
    reverses = [journal.reverses for journal in back if journal.reverses]
    assert len(reverses) == len(set(reverses))
    assert journal_difference(back, unpaid.journals) == []


payments = st.lists(
    st.tuples(st.integers(0, 330), st.integers(1, 80_000)),
    max_size=8,
)


@given(payments, st.integers(0, 400), st.permutations(range(8)))
def test_money_is_conserved_and_the_order_of_arrival_does_not_matter(
    arrivals: list[tuple[int, int]], closed_after: int, order: list[int]
) -> None:
    closed = LENT_ON + timedelta(days=closed_after)
    repayments = [
        paid(n, LENT_ON + timedelta(days=days), Money(amount)) for n, (days, amount) in enumerate(arrivals, start=1)
    ]
    shuffled = [repayments[index] for index in order if index < len(repayments)]

    now = account(*repayments, closed_through=closed)

    assert now == account(*shuffled, closed_through=closed)
    arrived = total(payment.amount for payment in repayments)
    allocated = total(item.amount for split in now.allocations.values() for item in split)
    assert allocated + now.overpaid == arrived
    assert balance(now.journals, "float:simulated") == arrived - TERMS.cash_received
    assert balance(now.journals, Account.PRINCIPAL) == now.outstanding(Part.PRINCIPAL)
    assert balance(now.journals, Account.INTEREST_RECEIVABLE) == now.receivable(Part.INTEREST)
    assert balance(now.journals, Account.PENALTY_RECEIVABLE) == now.receivable(Part.PENALTY)
    assert balance(now.journals, Account.OVERPAYMENT) == -now.overpaid
    assert all(row.outstanding(part) >= ZERO for row in now.instalments for part in Part)


@given(payments, payments)
def test_the_books_reach_any_later_truth_by_additions_alone(
    first: list[tuple[int, int]], then: list[tuple[int, int]]
) -> None:
    def replayed(arrivals: list[tuple[int, int]], closed_after: int) -> LoanAccount:
        repayments = [
            paid(n, LENT_ON + timedelta(days=days), Money(amount)) for n, (days, amount) in enumerate(arrivals, start=1)
        ]
        return account(*repayments, closed_through=LENT_ON + timedelta(days=closed_after))

    before, after = replayed(first, 100), replayed(first + then, 200)

    books = [*before.journals, *journal_difference(before.journals, after.journals)]

    names = {name for journal in books for p in journal.postings for name in (p.debit, p.credit)}
    assert {name: balance(books, name) for name in names if balance(books, name)} == {
        name: balance(after.journals, name) for name in names if balance(after.journals, name)
    }
    assert len({journal.key for journal in books}) == len(books)
