"""Loans live at random through the use cases: after each step the ledger proves, and it says what a replay says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.errors import DomainError
from core.ledger.difference import journal_difference
from core.loans.events import Charge
from core.loans.parts import Part
from core.money import Money, total
from core.phones import PhoneNumber
from core.records.loan import Loan, LoanStatus
from core.records.proposal import ProposalKind
from core.use_cases.bookkeeping import history_of, record_event
from core.use_cases.borrowing import payoff_quote
from core.use_cases.cancelling import ask_to_cancel
from core.use_cases.closing import close_through
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import HOME, Lending, key

RESULT = TypeVar("RESULT")
SETTINGS = settings(
    max_examples=6,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
AMOUNTS = st.integers(1, 60_000).map(Money)
PARTS = st.sampled_from([Part.PENALTY, Part.FEE, Part.INTEREST])


class Life(RuleBasedStateMachine):
    """One borrower's loan against the real books; the loop that owns their connections runs in another thread."""

    lending: Lending
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.paid: list[str] = []

    def do(self, action: Coroutine[Any, Any, RESULT]) -> RESULT:
        return asyncio.run_coroutine_threadsafe(action, self.loop).result(timeout=30)

    def attempt(self, action: Coroutine[Any, Any, object]) -> None:
        """What a rule refuses changes nothing."""
        try:
            self.do(action)
        except DomainError:
            return

    @initialize()
    def disburse(self) -> None:
        self.phone: PhoneNumber = self.do(self.lending.borrower())
        self.loan: Loan = self.do(self.lending.active_loan(self.phone))

    @rule(amount=AMOUNTS, days_ago=st.integers(0, 40))
    def pay(self, amount: Money, days_ago: int) -> None:
        """Also backdated, and also before the loan was paid out."""
        self._pay(amount, self.do(self.lending.today()) - timedelta(days=days_ago))

    @rule()
    def settle(self) -> None:
        quote = self.do(payoff_quote(self.lending.engine, self.phone, self.loan.reference))
        if quote.total:
            self._pay(quote.total, quote.on)

    @rule()
    def return_the_cash(self) -> None:
        try:
            asked = self.do(ask_to_cancel(self.lending.engine, self.phone, self.loan.reference))
        except DomainError:
            return
        self._pay(asked.amount, self.do(self.lending.today()))
        assert self.do(self.lending.loan(self.loan)).status is LoanStatus.CANCELLED

    @rule(pick=st.integers(0, 9), to=st.sampled_from(["payer", "suspense"]))
    def reverse(self, pick: int, to: str) -> None:
        if self.paid:
            reference = self.paid[pick % len(self.paid)]
            self._change(ProposalKind.REVERSE_PAYMENT, {"rail": "simulated", "rail_reference": reference, "to": to})

    @rule(amount=AMOUNTS, instalment=st.integers(1, 4), part=PARTS)
    def waive(self, amount: Money, instalment: int, part: Part) -> None:
        waived = {"instalment": instalment, "part": part.value, "amount_minor": amount.minor}
        self._change(ProposalKind.WAIVE, {"loan_reference": str(self.loan.reference), **waived})

    @rule(certain=st.sampled_from([True, False, False, False]))
    def write_off(self, certain: bool) -> None:
        if certain:
            self._change(ProposalKind.WRITE_OFF, {"loan_reference": str(self.loan.reference)})

    @rule(amount=AMOUNTS, part=st.sampled_from([Part.FEE, Part.PENALTY]))
    def charge(self, amount: Money, part: Part) -> None:
        self.attempt(self._charge(amount, part))

    @rule(days=st.integers(1, 45))
    def close_days(self, days: int) -> None:
        through = self.do(self.lending.today()) + timedelta(days=days - 1)
        self.do(close_through(self.lending.engine, [HOME], through))

    @invariant()
    def the_ledger_proves(self) -> None:
        assert self.do(verify_ledger(self.lending.engine, [HOME])) == []

    @invariant()
    def the_books_are_what_a_replay_of_the_events_says(self) -> None:
        self.do(self._compare())

    async def _compare(self) -> None:
        async with self.lending.engine.record.unit(HOME) as unit:
            loan = await unit.loans.get(self.loan.id)
            history = await history_of(self.lending.engine, unit, loan)
            account = history.account(history.closed_through)
            posted = await unit.ledger.journals_of_loan(loan.id)
            position = await unit.loans.position(loan.id)
            rows = await unit.loans.instalments(loan.id)
        assert journal_difference(posted, account.journals) == []
        assert position is not None
        assert loan.status.value == account.status.value
        kept = (position.principal, position.interest, position.fees, position.penalties, position.overpaid)
        split = account.outstanding_split
        assert kept == (split.principal, split.interest, split.fees, split.penalties, account.overpaid)
        assert [row.outstanding for row in rows] == [row.outstanding() for row in account.instalments]
        assert [row.paid for row in rows] == [total(row.paid.values()) for row in account.instalments]

    async def _charge(self, amount: Money, part: Part) -> None:
        async with self.lending.engine.record.unit(HOME) as unit:
            loan = await unit.loans.get(self.loan.id, lock=True)
            today = await unit.business_date()
            await record_event(
                self.lending.engine, unit, loan, lambda n: Charge(f"charge:{key()}", n, today, part, amount)
            )
            await unit.commit()

    def _pay(self, amount: Money, on: date) -> None:
        reference = key()
        self.do(self.lending.pay(amount, reference=reference, account=str(self.loan.reference), on=on))
        self.paid.append(reference)

    def _change(self, kind: ProposalKind, data: dict[str, object]) -> None:
        self.attempt(self._agree(kind, data))

    async def _agree(self, kind: ProposalKind, data: dict[str, object]) -> None:
        lending = self.lending
        change = await propose(lending.engine, lending.cashier, Propose(HOME, kind, data, "As agreed.", key()))
        await carry_out(lending.engine, lending.manager, Answer(HOME, change.id, "Seen.", key()))


async def test_the_books_follow_whatever_happens_to_a_loan(lending: Lending) -> None:
    await lending.fund(Money.of("100000"))
    here = type("LifeHere", (Life,), {"lending": lending, "loop": asyncio.get_running_loop()})

    await asyncio.to_thread(run_state_machine_as_test, here, settings=SETTINGS)
