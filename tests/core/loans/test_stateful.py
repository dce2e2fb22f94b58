"""A loan of any product lives at random, in memory: after each step its whole state is compared, by five ways to it.

Whatever happens is also told to `letsema simulate`, so that its two documents are held to the same books.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import DomainError
from core.ledger.accounts import Account
from core.ledger.difference import journal_difference
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, live_events
from core.loans.parts import Part
from core.loans.policy import LateFeeRule, Policy
from core.loans.simulation import Simulation, simulate_loans
from core.loans.terms import LoanTerms
from core.loans.transactions import MONEY_RECEIVED, TransactionKind
from core.money import ZERO, Money, total
from tests.core.loans.lives import AMOUNTS, CHARGED, DAYS, LENT_ON, LIVES, WAIVED, Life, policies, terms

FLOAT = "float"
RECEIVABLE = {
    Part.PRINCIPAL: Account.PRINCIPAL,
    Part.INTEREST: Account.INTEREST_RECEIVABLE,
    Part.FEE: Account.FEE_RECEIVABLE,
    Part.PENALTY: Account.PENALTY_RECEIVABLE,
}
INCOME = {
    Part.INTEREST: Account.INTEREST_INCOME,
    Part.FEE: Account.FEE_INCOME,
    Part.PENALTY: Account.PENALTY_INCOME,
}
PARTS = {"principal": Part.PRINCIPAL, "interest": Part.INTEREST, "fees": Part.FEE, "penalties": Part.PENALTY}


class LoanLife(RuleBasedStateMachine):
    life: Life
    told: list[dict[str, Any]]

    @initialize(agreed=terms(), rules=policies)
    def lend(self, agreed: LoanTerms, rules: Policy) -> None:
        self.life = Life.of(agreed, rules)
        self.books: list[Journal] = []
        self.simulation: Simulation | None = Simulation(agreed, rules)
        self.numbers: dict[str, int] = {}
        self.told = []
        self._tell({"kind": "disburse", "on": LENT_ON.isoformat()})
        self._post()

    # What may happen

    @rule(days=DAYS, amount=AMOUNTS)
    def pay(self, days: int, amount: Money) -> None:
        on = self.life.day(days)
        assert self._do(
            lambda: self.life.pay(on, amount), {"kind": "repayment", "on": on.isoformat(), "amount": amount.plain}
        )

    @rule(days=DAYS, amount=AMOUNTS, part=CHARGED)
    def charge(self, days: int, amount: Money, part: Part) -> None:
        on = self.life.day(days)
        self._do(
            lambda: self.life.charge(on, part, amount),
            {"kind": "charge", "charge": part.value, "due_on": on.isoformat(), "amount": amount.plain},
        )

    @rule(days=DAYS, amount=AMOUNTS, row=st.integers(1, 9), part=WAIVED)
    def waive(self, days: int, amount: Money, row: int, part: Part) -> None:
        on = self.life.day(days)
        waived = {"instalment": row, "part": part.value, "amount": amount.plain}
        self._do(lambda: self.life.waive(on, row, part, amount), {"kind": "waive", "on": on.isoformat(), **waived})

    @rule(days=DAYS)
    def write_off(self, days: int) -> None:
        on = self.life.day(days)
        self._do(lambda: self.life.write_off(on), {"kind": "write_off", "on": on.isoformat()})

    @rule()
    def settle(self) -> None:
        on = self.life.last_day
        if self._do(lambda: self.life.settle(on), {"kind": "payoff", "on": on.isoformat()}):
            account = self.life.history.account(on)
            assert (account.status, account.transactions[-1].overpaid) == (AccountStatus.CLOSED, ZERO)

    @rule(extra=st.sampled_from([ZERO, ZERO, Money(1)]))
    def return_the_cash(self, extra: Money) -> None:
        on = self.life.last_day
        before = self.life.account.overpaid
        if self._do(lambda: self.life.return_the_cash(on, extra), None):
            account = self.life.history.account(on)
            assert (account.status, account.outstanding()) == (AccountStatus.CANCELLED, ZERO)
            assert account.overpaid == before + extra
            for income in INCOME.values():
                assert self._balances()[income] == ZERO

    @rule(share=st.sampled_from([1, 2]))
    def refund(self, share: int) -> None:
        """Half or all of the borrower's credit goes back; more than all of it never does."""
        credit = self.life.account.overpaid
        self._do(lambda: self.life.refund(Money(credit.minor // share)), None)

    @rule(pick=st.integers(0, 30))
    def reverse(self, pick: int) -> None:
        known = self.life.history.events
        if known:
            target = known[pick % len(known)]
            before = self.life
            told = {"kind": "reverse", "event": self.numbers[target.key]} if target.key in self.numbers else None
            if self._do(lambda: self.life.reverse(target.key), told):
                never = before.with_events(*(event for event in before.history.events if event.key != target.key))
                assert self.life.account == never.account

    @rule(days=st.integers(1, 60))
    def live_on(self, days: int) -> None:
        self.life = self.life.live_on(days)
        self._tell({"kind": "day_end", "on": self.life.history.closed_through.isoformat()})
        self._post()

    # What always holds

    @invariant()
    def the_account_is_what_only_the_standing_events_make_it(self) -> None:
        """Reversed events and their reversals leave no trace, not even in the numbering."""
        standing = live_events(self.life.history.events)
        renumbered = [replace(event, n=n) for n, event in enumerate(standing, 1)]
        assert self.life.with_events(*renumbered).account == self.life.account

    @invariant()
    def arrival_order_does_not_matter_where_value_dates_differ(self) -> None:
        """The last day first, recorded anew: only the order within a day is kept."""
        standing = live_events(self.life.history.events)
        backwards = sorted(standing, key=lambda event: -event.value_on.toordinal())
        renumbered = [replace(event, n=n) for n, event in enumerate(backwards, 1)]
        assert self.life.with_events(*renumbered).account == self.life.account

    @invariant()
    def the_books_hold_what_a_replay_from_nothing_posts(self) -> None:
        """Mirrors and all, what was posted step by step sums up to the journals of one replay."""
        fresh = _balances(self.life.account.journals)
        assert {name: amount for name, amount in self._balances().items() if amount} == {
            name: amount for name, amount in fresh.items() if amount
        }
        assert journal_difference(self.books, self.life.account.journals) == []

    @invariant()
    def no_key_is_used_twice_and_no_journal_reversed_twice(self) -> None:
        assert len({journal.key for journal in self.books}) == len(self.books)
        mirrored = [journal.reverses for journal in self.books if journal.reverses]
        assert len(mirrored) == len(set(mirrored))

    @invariant()
    def the_books_say_what_the_account_says(self) -> None:
        account, balances = self.life.account, self._balances()
        assert total(balances.values()) == ZERO
        for part, receivable in RECEIVABLE.items():
            assert balances[receivable] == account.receivable(part)
        assert balances[Account.PRINCIPAL] == account.outstanding(Part.PRINCIPAL)
        assert balances[Account.OVERPAYMENT] == -account.overpaid
        assert balances[Account.RECOVERY] == -account.recovered
        assert balances[Account.WRITE_OFF] == self._given_up()
        upfront = ZERO if account.returned_on else self.life.history.terms.upfront_fees
        for part, income in INCOME.items():
            earned = total(row.paid[part] for row in account.instalments) + (upfront if part is Part.FEE else ZERO)
            assert -balances[income] - balances[RECEIVABLE[part]] == earned

    @invariant()
    def money_is_conserved(self) -> None:
        """Cash in less cash out is what was earned and what is owed back, less what is lent and what was lost."""
        account, agreed = self.life.account, self.life.history.terms
        came_in = total(one.amount for one in account.transactions if one.kind in MONEY_RECEIVED)
        earned = total(row.paid[part] for row in account.instalments for part in INCOME)
        earned += ZERO if account.returned_on else agreed.upfront_fees
        kept = earned + account.overpaid + account.recovered
        lent = account.outstanding(Part.PRINCIPAL) + self._given_up()
        went_back = total(one.amount for one in account.transactions if one.kind is TransactionKind.REFUND)
        assert came_in - agreed.cash_received - went_back == kept - lent
        assert self._balances()[FLOAT] == came_in - agreed.cash_received - went_back

    @invariant()
    def each_instalment_is_whole(self) -> None:
        account = self.life.account
        assert min(account.overpaid, account.recovered) >= ZERO
        assert total(row.due[Part.PRINCIPAL] for row in account.instalments) == self.life.history.terms.principal
        for row in account.instalments:
            for part in Part:
                cells = (row.due[part], row.paid[part], row.waived[part], row.written_off[part], row.receivable[part])
                assert min(*cells, row.outstanding(part)) >= ZERO
            assert (row.settled_on is not None) == (row.outstanding() == ZERO)
            assert min(row.paid_in_advance, row.paid_late) >= ZERO
            assert row.paid_in_advance + row.paid_late <= total(row.paid.values())

    @invariant()
    def the_two_documents_of_simulate_agree(self) -> None:
        if self.simulation is not None:
            document = self.simulation.report(self.life.today).to_json()
            assert_documents_agree(document, self.life.history.terms)
            posted: dict[str, Money] = defaultdict(lambda: ZERO)
            for entry in document["journal"]:
                for line in entry["lines"]:
                    posted[line["account"]] += _money(line, "debit") - _money(line, "credit")
            assert {k: v for k, v in posted.items() if v} == {k: v for k, v in self._balances().items() if v}

    def teardown(self) -> None:
        """Read whole, the list of what happened gives the document that came of it step by step."""
        if getattr(self, "simulation", None) is not None:
            agreed, rules = self.life.history.terms, self.life.history.policy
            asked = {"terms": agreed.to_json(), **_policy_to_json(rules), "events": self.told}
            asked |= {"id": "life", "as_of": self.life.today.isoformat()}
            assert self.simulation is not None
            assert simulate_loans([asked]) == [{"id": "life", **self.simulation.report(self.life.today).to_json()}]

    def _do(self, act: Callable[[], Life], told: dict[str, Any] | None) -> bool:
        """Do what the rules allow; a refusal changes nothing, and `simulate` refuses it for the same reason."""
        try:
            self.life = act()
        except DomainError as refusal:
            if told is not None:
                self._must_refuse(told, refusal)
            return False
        if told is None:
            self.simulation = None  # a return in the cooling-off is no event of `simulate`
        self._tell(told)
        self._post()
        return True

    def _tell(self, told: dict[str, Any] | None) -> None:
        if self.simulation is not None and told is not None:
            self.simulation.apply(told)
            if self.life.history.events and told["kind"] not in {"day_end", "disburse"}:
                self.numbers[self.life.history.events[-1].key] = len(self.told)
            self.told.append(told)

    def _must_refuse(self, told: dict[str, Any], refusal: DomainError) -> None:
        if self.simulation is None:
            return
        with pytest.raises(DomainError) as same:
            self.simulation.apply(told)
        assert same.value.code == refusal.code

    def _post(self) -> None:
        self.books += journal_difference(self.books, self.life.account.journals)

    def _balances(self) -> dict[str, Money]:
        return _balances(self.books)

    def _given_up(self) -> Money:
        return total(row.written_off[Part.PRINCIPAL] for row in self.life.account.instalments)


def assert_documents_agree(document: Mapping[str, Any], agreed: LoanTerms) -> None:
    """On every value date each account of the books moved by what the standing transactions of that day say."""
    moved: dict[tuple[str, str], Money] = defaultdict(lambda: ZERO)
    for entry in document["journal"]:
        assert total(_money(line, "debit") for line in entry["lines"]) == total(
            _money(line, "credit") for line in entry["lines"]
        )
        for line in entry["lines"]:
            moved[entry["on"], line["account"]] += _money(line, "debit") - _money(line, "credit")
    standing = [line for line in document["transactions"] if not line["reversed"]]
    for on in {day for day, _ in moved} | {line["on"] for line in standing}:
        today = [line for line in standing if line["on"] == on]
        lent = [line for line in today if line["kind"] == "disburse"]
        paid = [line for line in today if line["kind"] in {"repayment", "payoff"}]
        lost = [line for line in today if line["kind"] == "write_off"]
        cash = total(_money(line, "amount") for line in paid)
        assert moved[on, FLOAT] == cash - (agreed.cash_received if lent else ZERO)
        assert moved[on, "principal"] == total(
            [*(_money(line, "principal") for line in lent), *(-_money(line, "principal") for line in (*paid, *lost))]
        )
        assert moved[on, "write_off"] == total(_money(line, "principal") for line in lost)
        assert moved[on, "overpayment"] == -total(_money(line, "overpaid") for line in paid)
        for name, part in PARTS.items():
            if part is not Part.PRINCIPAL:
                upfront = agreed.upfront_fees if lent and part is Part.FEE else ZERO
                earned = -moved[on, INCOME[part]] - moved[on, RECEIVABLE[part]]
                assert earned == upfront + total(_money(line, name) for line in paid)
        for line in paid:
            split = total(_money(line, name) for name in (*PARTS, "overpaid"))
            assert split == _money(line, "amount") or (split == ZERO and moved[on, "recovery"])
    assert _sum(moved, "principal") == _money(document["outstanding"], "principal")
    assert _sum(moved, "overpayment") == -_money(document, "overpaid")


def _sum(moved: Mapping[tuple[str, str], Money], account: str) -> Money:
    return total(amount for (_, name), amount in moved.items() if name == account)


def _money(row: Mapping[str, Any], name: str) -> Money:
    return Money.of(str(row[name]))


def _balances(books: Any) -> dict[str, Money]:
    sums: dict[str, Money] = defaultdict(lambda: ZERO)
    for posting in (posting for journal in books for posting in journal.postings):
        sums[str(posting.debit)] += posting.amount
        sums[str(posting.credit)] -= posting.amount
    return sums


def _policy_to_json(rules: Policy) -> dict[str, Any]:
    return {
        "allocation": {"due": [*rules.due_order], "advance": [*rules.advance_order]},
        "late_fee": _late_fee_to_json(rules.late_fee),
        "arrears_interest_percent": str(rules.arrears_interest_percent),
        "cap": rules.cap.value,
        "payoff_interest": rules.payoff_interest.value,
    }


def _late_fee_to_json(rule: LateFeeRule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    size = {"percent": str(rule.percent)} if rule.amount is None else {"amount": rule.amount.plain}
    base = "principal_and_interest" if rule.with_interest else "principal"
    return {**size, "of": base, "after_days": rule.after_days}


LoanLife.TestCase.settings = settings(max_examples=40 * LIVES, stateful_step_count=15, deadline=None)
TestLoanLife = LoanLife.TestCase
