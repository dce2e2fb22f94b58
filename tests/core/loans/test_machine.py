"""A loan lives at random: after each step money is conserved, the books follow, and order does not matter."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import DomainError
from core.ledger.accounts import Account
from core.ledger.difference import journal_difference
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import Charge, CoolingOffReturn, Disbursed, Event, Payoff, Repayment, Reversal, Waiver, WriteOff
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import Cap, LateFeeRule, Policy
from core.loans.terms import Fee, FeeTiming, LoanTerms, Method
from core.loans.transactions import MONEY_RECEIVED, TransactionKind
from core.money import ZERO, Money, total

LENT_ON = date(2024, 1, 31)
DAYS = st.integers(0, 420)
AMOUNTS = st.integers(1, 60_000).map(Money)

terms = st.builds(
    LoanTerms,
    principal=st.just(Money.of("1000")),
    annual_rate_percent=st.sampled_from([Decimal(0), Decimal(24), Decimal(180)]),
    periods=st.integers(1, 8),
    disbursed_on=st.just(LENT_ON),
    method=st.sampled_from(Method),
    fees=st.just(
        (
            Fee("in", FeeTiming.UPFRONT, percent=Decimal(3)),
            Fee("adm", FeeTiming.SPREAD, amount=Money.of("10")),
        )
    ),
)
policies = st.builds(
    Policy,
    due_order=st.permutations(list(Part)).map(tuple),
    advance_order=st.permutations(list(Part)).map(tuple),
    late_fee=st.sampled_from([None, LateFeeRule(Money.of("20"), None, with_interest=True, after_days=2)]),
    arrears_interest_percent=st.sampled_from([Decimal(0), Decimal(36), Decimal(400)]),
    cap=st.sampled_from(Cap),
)


class LoanLife(RuleBasedStateMachine):
    history: LoanHistory
    today: date
    books: list[Journal]

    @initialize(agreed=terms, rules=policies)
    def lend(self, agreed: LoanTerms, rules: Policy) -> None:
        self.history = LoanHistory(UUID(int=7), agreed, rules, Disbursed("lent", "r", LENT_ON), LENT_ON)
        self.today = LENT_ON
        self.books = []
        self._post()

    @rule(days=DAYS, amount=AMOUNTS)
    def pay(self, days: int, amount: Money) -> None:
        self._record(
            Repayment(self._key(), self.history.next_n, "r", self._day(days), amount, "", self.history.closed_through)
        )

    @rule(days=DAYS, amount=AMOUNTS, part=st.sampled_from([Part.FEE, Part.PENALTY]))
    def charge(self, days: int, amount: Money, part: Part) -> None:
        self._record(Charge(self._key(), self.history.next_n, self._day(days), part, amount))

    @rule(
        days=DAYS, amount=AMOUNTS, row=st.integers(1, 9), part=st.sampled_from([Part.FEE, Part.PENALTY, Part.INTEREST])
    )
    def waive(self, days: int, amount: Money, row: int, part: Part) -> None:
        self._record(Waiver(self._key(), self.history.next_n, self._day(days), row, part, amount))

    @rule(days=DAYS)
    def write_off(self, days: int) -> None:
        self._record(WriteOff(self._key(), self.history.next_n, self._day(days)))

    @rule()
    def settle(self) -> None:
        on = max(self.today, self.history.account(self.today).last_event_on)
        quote = self.history.payoff(on)
        payoff = Payoff(self._key(), self.history.next_n, "r", on, quote.total)
        if self._record(payoff):
            assert self.history.account(on).status is AccountStatus.CLOSED

    @rule(extra=st.sampled_from([0, 0, 1]))
    def return_the_cash(self, extra: int) -> None:
        on = max(self.today, self.history.account(self.today).last_event_on)
        try:
            asked = self.history.cash_to_return(on)
        except DomainError:
            return
        assert self._record(
            CoolingOffReturn(
                self._key(), self.history.next_n, "r", on, asked + Money(extra), "", self.history.closed_through
            )
        )
        account = self.history.account(on)
        assert (account.status, account.outstanding()) == (AccountStatus.CANCELLED, ZERO)
        assert account.overpaid == Money(extra)
        for income in (Account.INTEREST_INCOME, Account.FEE_INCOME, Account.PENALTY_INCOME):
            assert self._balance(income) == ZERO

    @rule(pick=st.integers(0, 30))
    def reverse(self, pick: int) -> None:
        if self.history.events:
            target = self.history.events[pick % len(self.history.events)]
            before = self.history
            if self._record(Reversal(self._key(), self.history.next_n, target.key)):
                without = tuple(event for event in before.events if event.key != target.key)
                assert self._account() == self._account(replace(before, events=without))

    @rule(days=st.integers(1, 60))
    def close_days(self, days: int) -> None:
        self.history = self.history.closed(self.today + timedelta(days=days - 1))
        self.today += timedelta(days=days)
        self._post()

    @invariant()
    def money_is_conserved(self) -> None:
        account = self._account()
        received = [t for t in account.transactions if t.kind in {TransactionKind.REPAYMENT, TransactionKind.PAYOFF}]
        for transaction in received:
            assert transaction.amount == transaction.split.total + transaction.overpaid + transaction.recovered
        for transaction in (t for t in account.transactions if t.kind is TransactionKind.COOLING_OFF_RETURN):
            paying = transaction.amount - transaction.overpaid + transaction.income_returned.total
            assert transaction.split.principal == paying
        by_kind = {
            kind: total(t.split.principal for t in account.transactions if t.kind is kind) for kind in TransactionKind
        }
        paid = total(by_kind[kind] for kind in MONEY_RECEIVED)
        left = self.history.terms.principal - paid - by_kind[TransactionKind.WRITE_OFF]
        assert account.outstanding(Part.PRINCIPAL) == left
        for row in account.instalments:
            assert min(row.outstanding(part) for part in Part) >= ZERO

    @invariant()
    def the_books_say_what_the_account_says(self) -> None:
        account = self._account()
        balance = self._balance
        received = total(t.amount for t in account.transactions if t.money_account and t.key != "lent")
        assert balance("float:r") == received - self.history.terms.cash_received
        assert balance(Account.PRINCIPAL) == account.outstanding(Part.PRINCIPAL)
        assert balance(Account.INTEREST_RECEIVABLE) == account.receivable(Part.INTEREST)
        assert balance(Account.FEE_RECEIVABLE) == account.receivable(Part.FEE)
        assert balance(Account.PENALTY_RECEIVABLE) == account.receivable(Part.PENALTY)
        assert balance(Account.OVERPAYMENT) == -account.overpaid
        assert balance(Account.RECOVERY) == -account.recovered
        assert balance(Account.INTEREST_RECEIVABLE) >= ZERO
        for part, receivable, income in (
            (Part.INTEREST, Account.INTEREST_RECEIVABLE, Account.INTEREST_INCOME),
            (Part.PENALTY, Account.PENALTY_RECEIVABLE, Account.PENALTY_INCOME),
        ):
            earned = total(row.paid[part] for row in account.instalments)
            assert -balance(income) - balance(receivable) == earned

    @invariant()
    def no_journal_is_reversed_twice_and_no_key_used_twice(self) -> None:
        assert len({journal.key for journal in self.books}) == len(self.books)
        mirrored = [journal.reverses for journal in self.books if journal.reverses]
        assert len(mirrored) == len(set(mirrored))

    @invariant()
    def arrival_order_does_not_matter(self) -> None:
        shuffled = list(self.history.events)
        random.Random(len(shuffled)).shuffle(shuffled)
        assert self._account(replace(self.history, events=tuple(shuffled))) == self._account()

    def _record(self, event: Event) -> bool:
        """Record what the rules allow; a refusal changes nothing."""
        try:
            self.history = self.history.recorded(event)
        except DomainError:
            return False
        self._post()
        return True

    def _post(self) -> None:
        wanted = self._account().journals
        self.books += journal_difference(self.books, wanted)
        assert journal_difference(self.books, wanted) == []

    def _account(self, history: LoanHistory | None = None) -> LoanAccount:
        return (history or self.history).account(self.today)

    def _balance(self, name: str) -> Money:
        debits = total(p.amount for journal in self.books for p in journal.postings if p.debit == name)
        return debits - total(p.amount for journal in self.books for p in journal.postings if p.credit == name)

    def _key(self) -> str:
        return f"event:{self.history.next_n}"

    def _day(self, days: int) -> date:
        """A day of the loan's life so far: money and acts are never dated ahead."""
        return min(LENT_ON + timedelta(days=days), self.today)


LoanLife.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestLoanLife = LoanLife.TestCase
