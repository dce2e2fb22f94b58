"""A replay that is carried on from event to event is the replay of the whole history, whatever comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from core.ledger.difference import journal_difference
from core.ledger.journals import Journal
from core.loans.account import live_events
from core.loans.carrying import CarriedReplay
from core.loans.events import Charge, Disbursed, Event, Repayment, Reversal
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import LateFeeRule, Policy
from core.loans.receiving import receive
from core.loans.replaying import run_through
from core.loans.running import RunningLoan
from core.loans.schedule import schedule
from core.loans.simulation import Simulation
from core.loans.simulation_report import Line
from core.loans.terms import LoanTerms
from core.money import Money
from tests.core.loans.lives import AMOUNTS, CHARGED, LENT_ON, LIVES, WAIVED, Life, lived, policies, terms

thorough = settings(max_examples=100 * LIVES, deadline=None)
AGREED = LoanTerms.from_json({
    "principal": "100",
    "annual_rate_percent": "7",
    "method": "emi",
    "periods": 3,
    "period_unit": "month",
    "disbursed_on": "2024-01-01",
})  # fmt: skip
RULES = Policy(late_fee=LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0))
LOAN = LoanHistory(UUID(int=7), AGREED, RULES, Disbursed("lent", "", date(2024, 1, 1)), date(2023, 12, 31))


def replayed(history: LoanHistory, until: date) -> RunningLoan:
    return run_through(
        schedule(history.terms),
        history.policy,
        history.disbursed,
        live_events(history.events),
        closed_through=history.closed_through,
        until=until,
    )


# Whatever happens


@thorough
@given(lived(), st.lists(st.integers(-40, 5), min_size=20, max_size=20))
def test_it_has_the_state_of_a_whole_replay_after_each_act(steps: list[Life], offsets: list[int]) -> None:
    carried = CarriedReplay()
    for life, days in zip(steps, offsets, strict=False):
        until = life.today + timedelta(days=max(days, 0) if days > -20 else days)
        assert carried.through(life.history, until) == replayed(life.history, until)


@dataclass(frozen=True)
class Told:
    """A loan, and what is told to `letsema simulate` of it."""

    agreed: LoanTerms
    rules: Policy
    events: list[dict[str, Any]]


@st.composite
def told_lives(draw: st.DrawFn) -> Told:
    """Any events, most of them in the order of their days, two or three on many of them; some are refused."""
    agreed, rules = draw(terms()), draw(policies)
    due_on = [row.due_on for row in schedule(agreed).rows]
    day, events = LENT_ON, [{"kind": "disburse", "on": LENT_ON.isoformat()}]
    for number in range(draw(st.integers(0, 20))):
        day += timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 1, 5, 14, 31])))
        on = draw(st.sampled_from([day, day, day, day, max(day, due_on[0]), draw(st.dates(LENT_ON, day))]))
        day = max(day, on)
        events.append(draw(_told(on, number)))
    return Told(agreed, rules, events)


@st.composite
def _told(draw: st.DrawFn, on: date, number: int) -> dict[str, Any]:
    kinds = ["repayment"] * 6 + ["day_end"] * 6 + ["charge", "reverse", "waive", "write_off", "payoff", "disburse"]
    kind, amount = draw(st.sampled_from(kinds)), draw(AMOUNTS).plain
    if kind == "repayment":
        return {"kind": kind, "on": on.isoformat(), "amount": amount}
    if kind == "charge":
        later = on + timedelta(days=draw(st.sampled_from([0, 3, 40])))
        return {"kind": kind, "charge": draw(CHARGED).value, "due_on": later.isoformat(), "amount": amount}
    if kind == "reverse":
        return {"kind": kind, "event": draw(st.integers(0, number))}
    if kind == "waive":
        row, part = draw(st.integers(1, 4)), draw(WAIVED).value
        return {"kind": kind, "on": on.isoformat(), "instalment": row, "part": part}
    return {"kind": kind, "on": on.isoformat()}


class ReplayedSimulation(Simulation):
    """The simulation that replays the whole loan and compares all of its books after every event."""

    def __init__(self, agreed: LoanTerms, rules: Policy) -> None:
        super().__init__(agreed, rules)
        self.books: list[Journal] = []

    def _note_effects(self) -> None:
        account = self._history.account(self._last_on) if self._history else None
        changes = journal_difference(self.books, account.journals if account else ())
        self.books += changes
        self._effects.journal += [(self._applied, journal) for journal in changes]
        standing = {transaction.key: transaction for transaction in account.transactions} if account else {}
        lines = self._effects.lines
        for key, line in lines.items():
            lines[key] = line.as_of(standing.pop(key, None))
        for key, transaction in standing.items():
            lines[key] = Line(self._applied, transaction, is_reversed=False)


def refusal(simulation: Simulation, event: object) -> str | None:
    try:
        simulation.apply(event)
    except DomainError as error:
        return f"{error.code}: {error.message}"
    return None


@thorough
@given(told_lives())
def test_a_simulation_prints_what_whole_replays_would_have_printed(told: Told) -> None:
    carried, whole = Simulation(told.agreed, told.rules), ReplayedSimulation(told.agreed, told.rules)

    for event in told.events:
        assert refusal(carried, event) == refusal(whole, event)
        assert carried.report(None).to_json() == whole.report(None).to_json()


# What it is for


def paid(n: int, on: date, amount: str = "1") -> Repayment:
    return Repayment(f"repayment:{n}", n, "", on, Money.of(amount))


def test_payments_one_after_another_are_each_lived_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def counted(loan: RunningLoan, payment: Repayment) -> None:
        taken.append(payment.key)
        receive(loan, payment)

    monkeypatch.setattr("core.loans.replaying.receive", counted)
    simulation = Simulation(AGREED, RULES)
    simulation.apply({"kind": "disburse", "on": "2024-01-01"})
    for days in range(100):
        on = (date(2024, 1, 1) + timedelta(days=days)).isoformat()
        simulation.apply({"kind": "day_end", "on": on})
        simulation.apply({"kind": "repayment", "on": on, "amount": "0.50"})

    assert taken == [f"repayment:{2 * (days + 1)}" for days in range(100)]


# What does not lead on


FIRST_DUE = date(2024, 2, 1)
BEFORE = LOAN.recorded(paid(1, date(2024, 2, 10)))
"""A payment ten days late, of a loan whose first due date is not closed yet."""


@pytest.mark.parametrize(
    ("after", "until"),
    [
        (BEFORE.recorded(paid(2, date(2024, 1, 20))), date(2024, 2, 10)),
        (BEFORE.recorded(Charge("charge", 2, date(2024, 2, 20), Part.FEE, Money.of("3"))), date(2024, 2, 10)),
        (BEFORE.recorded(Reversal("reverse", 2, "repayment:1")), date(2024, 2, 10)),
        (BEFORE.closed(FIRST_DUE), date(2024, 2, 10)),
        (BEFORE.closed(date(2024, 2, 2)), date(2024, 2, 10)),
        (LOAN.recorded(paid(1, date(2024, 2, 10), "2")), date(2024, 2, 10)),
        (replace(BEFORE, policy=Policy()), date(2024, 2, 10)),
        (LOAN, date(2024, 2, 10)),
    ],
)
def test_what_does_not_lead_on_is_replayed_from_the_start(after: LoanHistory, until: date) -> None:
    carried = CarriedReplay()
    carried.through(BEFORE, date(2024, 2, 10))

    assert carried.through(after, until) == replayed(after, until)


def test_an_earlier_day_is_replayed_from_the_start() -> None:
    carried = CarriedReplay()
    carried.through(BEFORE, date(2024, 3, 5))

    assert carried.through(BEFORE, date(2024, 2, 10)) == replayed(BEFORE, date(2024, 2, 10))


def test_a_day_that_is_opened_again_is_replayed_from_the_start() -> None:
    carried, closed = CarriedReplay(), BEFORE.closed(date(2024, 2, 9))
    carried.through(closed, date(2024, 2, 10))

    assert carried.through(BEFORE, date(2024, 2, 10)) == replayed(BEFORE, date(2024, 2, 10))


# What comes on the last day itself


@pytest.mark.parametrize(
    "event", [paid(1, FIRST_DUE, "40"), Charge("charge", 1, date(2024, 2, 20), Part.FEE, Money.of("3"))]
)
def test_what_comes_on_a_day_after_its_close_counts_before_it(event: Event) -> None:
    carried, closed = CarriedReplay(), LOAN.closed(FIRST_DUE)
    assert carried.through(closed, FIRST_DUE) == replayed(closed, FIRST_DUE)

    after = closed.recorded(event)

    for until in (FIRST_DUE, date(2024, 2, 19), date(2024, 2, 20), date(2024, 2, 21)):
        assert carried.through(after, until) == replayed(after, until)
