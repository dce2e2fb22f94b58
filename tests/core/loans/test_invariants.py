"""What is true of every loan whatever its product and whatever happened to it: one property each, by its name (c9)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.credit.history import days_late_of
from core.loans.account import AccountStatus, LoanAccount, live_events
from core.loans.disclosure import key_facts
from core.loans.events import Charge, Repayment, ValueDated
from core.loans.parts import Part
from core.loans.policy import Cap, Policy
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms
from core.loans.transactions import MONEY_RECEIVED, TransactionKind
from core.money import ZERO, Money, total
from tests.core.loans.lives import LENT_ON, LIVES, Life, lives, policies, terms

thorough = settings(max_examples=60 * LIVES, deadline=None)
DAYS_AHEAD = st.integers(0, 500)


@thorough
@given(terms())
def test_the_principal_of_the_instalments_is_the_loan(agreed: LoanTerms) -> None:
    assert total(row.principal for row in schedule(agreed).rows) == agreed.principal


@thorough
@given(terms())
def test_the_balance_reaches_exactly_nothing(agreed: LoanTerms) -> None:
    balance = agreed.principal
    for row in schedule(agreed).rows:
        balance -= row.principal
        assert row.balance == balance >= ZERO

    assert balance == ZERO


@thorough
@given(lives())
def test_no_cell_is_negative(life: Life) -> None:
    plan = schedule(life.history.terms)
    cells = [cell for row in plan.rows for cell in (row.principal, row.interest, row.fees, row.interest_accrued)]
    for row in life.account.instalments:
        cells += [*row.due.values(), *row.paid.values(), *row.waived.values(), *row.written_off.values()]
        cells += [*row.receivable.values(), row.paid_in_advance, row.paid_late, row.balance]
        cells += [row.outstanding(part) for part in Part]
    cells += [life.account.overpaid, life.account.recovered]

    assert min(cells) >= ZERO


@thorough
@given(terms())
def test_the_quote_is_the_contract(agreed: LoanTerms) -> None:
    """What was kept as JSON with the contract gives the rows, the figures and the account that were quoted."""
    contract = LoanTerms.from_json(agreed.to_json())
    quoted, kept = schedule(agreed), schedule(contract)

    assert kept == quoted
    assert key_facts(contract, kept) == key_facts(agreed, quoted)
    lent = Life.of(contract, Policy()).account.instalments
    assert [(row.due_on, row.due[Part.PRINCIPAL], row.due[Part.INTEREST], row.due[Part.FEE]) for row in lent] == [
        (row.due_on, row.principal, row.interest, row.fees) for row in quoted.rows
    ]


@thorough
@given(lives())
def test_a_payment_is_what_it_paid_and_what_was_left_over(life: Life) -> None:
    for one in life.account.transactions:
        if one.kind in {TransactionKind.REPAYMENT, TransactionKind.PAYOFF}:
            assert one.amount == one.split.total + one.overpaid + one.recovered
        elif one.kind is TransactionKind.COOLING_OFF_RETURN:
            assert one.amount + one.income_returned.total == one.split.principal + one.overpaid


@thorough
@given(lives(), st.integers(1, 120_000))
def test_a_payment_pays_the_oldest_instalment_first_and_its_parts_in_the_policys_order(life: Life, amount: int) -> None:
    """What is touched last may be left in part; nothing before it is. (Due charges go before that order.)"""
    assume(not any(isinstance(event, Charge) for event in life.history.events))
    on = life.last_day

    account = life.pay(on, Money(amount)).history.account(on)

    paid = account.transactions[-1].allocations
    assume(paid)
    *before, last = [row for row in account.instalments if row.n <= max(item.instalment for item in paid)]
    assert [row.outstanding() for row in before] == [ZERO] * len(before)
    order = life.history.policy.due_order if last.due_on <= on else life.history.policy.advance_order
    touched = max(order.index(item.part) for item in paid if item.instalment == last.n)
    assert [last.outstanding(part) for part in order[:touched]] == [ZERO] * touched


@thorough
@given(lives(), st.randoms(use_true_random=False))
def test_arrival_order_does_not_matter_for_equal_value_dates(life: Life, chance: Random) -> None:
    """Any order of arrival will do that keeps the order within each day."""
    by_day: dict[date, list[ValueDated]] = defaultdict(list)
    for event in live_events(life.history.events):
        by_day[event.value_on].append(event)
    days = [event.value_on for event in live_events(life.history.events)]
    chance.shuffle(days)
    arrived = [by_day[day].pop(0) for day in days]

    renumbered = [replace(event, n=n) for n, event in enumerate(arrived, 1)]

    assert life.with_events(*renumbered).account == life.account


@thorough
@given(lives(), st.integers(0, 420), st.integers(1, 60_000))
def test_reversing_a_payment_is_never_having_had_it(life: Life, days: int, amount: int) -> None:
    paid = life.pay(life.day(days), Money(amount))

    undone = paid.reverse(paid.history.events[-1].key)

    assert undone.account == life.account
    assert undone.live_on(45).account == life.live_on(45).account


@thorough
@given(lives())
def test_the_ledger_sums_to_nothing(life: Life) -> None:
    balances: dict[str, int] = defaultdict(int)
    for posting in (posting for journal in life.account.journals for posting in journal.postings):
        balances[posting.debit] += posting.amount.minor
        balances[posting.credit] -= posting.amount.minor

    assert sum(balances.values()) == 0
    assert balances["principal"] == life.account.outstanding(Part.PRINCIPAL).minor
    assert balances["overpayment"] == -life.account.overpaid.minor


@thorough
@given(lives())
def test_the_outstanding_principal_is_what_was_lent_less_what_was_paid_and_lost(life: Life) -> None:
    def principal(*kinds: TransactionKind) -> Money:
        return total(one.split.principal for one in life.account.transactions if one.kind in kinds)

    left = life.history.terms.principal - principal(*MONEY_RECEIVED) - principal(TransactionKind.WRITE_OFF)

    assert life.account.outstanding(Part.PRINCIPAL) == left


@thorough
@given(lives(), DAYS_AHEAD, DAYS_AHEAD)
def test_unpaid_interest_never_grows_past_the_outstanding_principal(life: Life, days: int, more: int) -> None:
    """In duplum. A payment may bring principal below the unpaid interest; time never brings interest above it."""
    start = life.last_day + timedelta(days=days)

    before, after = (life.history.account(on) for on in (start, start + timedelta(days=more)))

    grown = _unpaid_interest(after, start + timedelta(days=more))
    assert grown <= max(_unpaid_interest(before, start), after.outstanding(Part.PRINCIPAL))


@thorough
@given(terms(), policies, DAYS_AHEAD)
def test_a_borrower_who_never_pays_owes_no_more_interest_than_principal(
    agreed: LoanTerms, rules: Policy, days: int
) -> None:
    life = Life.of(agreed, rules).live_on(days + 1)

    assert _unpaid_interest(life.account, life.today) <= agreed.principal


@thorough
@given(terms(), policies, DAYS_AHEAD)
def test_the_stricter_cap_holds_interest_and_default_fees_together(agreed: LoanTerms, rules: Policy, days: int) -> None:
    life = Life.of(agreed, replace(rules, cap=Cap.INTEREST_AND_FEES)).live_on(days + 1)

    held = _unpaid_interest(life.account, life.today) + life.account.outstanding(Part.PENALTY)

    assert held <= agreed.principal


@thorough
@given(lives())
def test_an_instalment_is_settled_from_the_day_on_which_nothing_is_left_of_it(life: Life) -> None:
    """Also one that never had anything to pay, or of which the cap left nothing: it is not late."""
    for row in life.account.instalments:
        assert (row.settled_on is not None) == (row.outstanding() == ZERO)
        if total(row.due.values()) == ZERO:
            assert row.settled_on is not None
            assert row.settled_on <= row.due_on


def test_an_instalment_in_grace_of_all_its_parts_is_settled_from_the_payout() -> None:
    agreed = LoanTerms(
        principal=Money.of("1000"),
        annual_rate_percent=Decimal(36),
        periods=3,
        disbursed_on=LENT_ON,
        principal_grace=1,
        interest_free=1,
    )

    first, second, _ = Life.of(agreed, Policy()).live_on(60).account.instalments

    assert (first.settled_on, second.settled_on) == (LENT_ON, None)
    assert days_late_of([first], LENT_ON + timedelta(days=60)) == [0]


@thorough
@given(lives())
def test_paying_the_quoted_payoff_closes_the_loan(life: Life) -> None:
    assume(life.account.status is AccountStatus.ACTIVE)

    settled = life.settle(life.last_day).history.account(life.last_day)

    assert (settled.status, settled.outstanding()) == (AccountStatus.CLOSED, ZERO)
    assert settled.transactions[-1].overpaid == ZERO
    assert settled.overpaid == life.account.overpaid


@thorough
@given(lives(), st.integers(1, 10**9))
def test_money_for_a_loan_is_never_lost_whatever_state_it_is_in(life: Life, amount: int) -> None:
    paid = life.pay(life.today, Money(amount))

    arrived = total(event.amount for event in live_events(paid.history.events) if isinstance(event, Repayment))
    kept = total(one.amount for one in paid.account.transactions if one.kind in MONEY_RECEIVED)
    assert kept == arrived


def _unpaid_interest(account: LoanAccount, on: date) -> Money:
    """Of the instalments that fell due: interest of those to come is not owed yet."""
    return total(row.outstanding(Part.INTEREST) for row in account.instalments if row.due_on <= on)
