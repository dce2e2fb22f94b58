"""Random loans of every product, and random lives of them: `terms`, `policies`, and `lives` for property tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final
from uuid import UUID

from hypothesis import assume
from hypothesis import strategies as st

from core.calendar import PeriodUnit
from core.errors import DomainError
from core.loans.account import LoanAccount
from core.loans.events import (
    Charge,
    CoolingOffReturn,
    Disbursed,
    Event,
    Payoff,
    Refund,
    Repayment,
    Reversal,
    Waiver,
    WriteOff,
)
from core.loans.exact import MultipleRounding
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.schedule import schedule
from core.loans.terms import DayCount, EmiBasis, Fee, FeeTiming, InvalidTerms, LoanTerms, Method, Residue
from core.money import Money, Rounding

LIVES: Final = int(os.environ.get("LETSEMA_LIVES", "1"))
"""How many times the usual number of random lives is tried: LETSEMA_LIVES=50 for an hour's hunt."""

LENT_ON: Final = date(2024, 1, 31)
"""An anchor that February lacks, in a leap year."""

DAYS: Final = st.integers(0, 420)
AMOUNTS: Final = st.integers(1, 60_000).map(Money)
CHARGED: Final = st.sampled_from([Part.FEE, Part.PENALTY])
WAIVED: Final = st.sampled_from([Part.INTEREST, Part.FEE, Part.PENALTY])

_PERIODS: Final = st.sampled_from([
    (PeriodUnit.MONTH, 1), (PeriodUnit.MONTH, 2), (PeriodUnit.WEEK, 1), (PeriodUnit.WEEK, 2), (PeriodUnit.DAY, 10),
])  # fmt: skip
_FEES: Final = st.lists(
    st.sampled_from([
        Fee("initiation", FeeTiming.UPFRONT, percent=Decimal(3)),
        Fee("service", FeeTiming.FIRST, amount=Money.of("7.33")),
        Fee("administration", FeeTiming.SPREAD, amount=Money.of("10")),
    ]),
    unique_by=lambda fee: fee.name,
    max_size=3,
).map(tuple)  # fmt: skip


@st.composite
def terms(draw: st.DrawFn) -> LoanTerms:
    """Terms of any product; those that no schedule can be made from are thrown away."""
    periods = draw(st.integers(1, 8))
    unit, every = draw(_PERIODS)
    try:
        agreed = LoanTerms(
            principal=draw(st.sampled_from([Money.of("1000"), Money(33_333)])),
            annual_rate_percent=draw(st.sampled_from([Decimal(24), Decimal(0), Decimal("7.5"), Decimal(180)])),
            periods=periods,
            disbursed_on=LENT_ON,
            method=draw(st.sampled_from(Method)),
            period_unit=unit,
            period_every=every,
            first_due_on=draw(st.none() | st.integers(5, 50).map(lambda days: LENT_ON + timedelta(days=days))),
            day_count=draw(st.sampled_from(DayCount)),
            rounding_mode=draw(st.sampled_from(Rounding)),
            instalment_multiple=draw(st.sampled_from([None, None, Money.of("1"), Money.of("5")])),
            instalment_rounding=draw(st.sampled_from(MultipleRounding)),
            residue=draw(st.sampled_from(Residue)),
            emi_basis=draw(st.sampled_from(EmiBasis)),
            principal_grace=draw(st.integers(0, min(2, periods - 1))),
            interest_grace=draw(st.integers(0, min(2, periods - 1))),
            interest_free=draw(st.integers(0, min(2, periods))),
            fees=draw(_FEES),
        )
        schedule(agreed)
    except InvalidTerms:
        assume(condition=False)
        raise
    return agreed


policies: Final = st.builds(
    Policy,
    due_order=st.permutations(list(Part)).map(tuple),
    advance_order=st.permutations(list(Part)).map(tuple),
    late_fee=st.sampled_from([
        None,
        LateFeeRule(Money.of("20"), None, with_interest=True, after_days=2),
        LateFeeRule(None, Decimal("7.5"), with_interest=False, after_days=0),
    ]),
    arrears_interest_percent=st.sampled_from([Decimal(0), Decimal(36), Decimal(400)]),
    cap=st.sampled_from(Cap),
    payoff_interest=st.sampled_from(PayoffInterest),
)  # fmt: skip
"""Every rule of a running loan, and any order of payment."""


@dataclass(frozen=True)
class Life:
    """A loan up to `today`, every day before it closed. Each act gives the life after it; a refusal is raised."""

    history: LoanHistory
    today: date = LENT_ON

    @classmethod
    def of(cls, agreed: LoanTerms, rules: Policy) -> Life:
        """A loan whose money has just arrived."""
        lent = Disbursed("lent", "", LENT_ON)
        return cls(LoanHistory(UUID(int=7), agreed, rules, lent, LENT_ON - timedelta(days=1)))

    @cached_property
    def account(self) -> LoanAccount:
        return self.history.account(self.today)

    @property
    def last_day(self) -> date:
        """The first day on which the loan may be settled: nothing may have happened after it."""
        return max(self.today, self.account.last_event_on)

    def day(self, days: int) -> date:
        """A day of the loan's life so far: money and acts are never dated ahead."""
        return min(LENT_ON + timedelta(days=days), self.today)

    def pay(self, on: date, amount: Money) -> Life:
        return self._with(
            Repayment(self._key("repayment"), self.history.next_n, "", on, amount, "", self.history.closed_through)
        )

    def charge(self, on: date, part: Part, amount: Money) -> Life:
        return self._with(Charge(self._key("charge"), self.history.next_n, on, part, amount))

    def waive(self, on: date, instalment: int, part: Part, amount: Money) -> Life:
        return self._with(Waiver(self._key("waive"), self.history.next_n, on, instalment, part, amount))

    def write_off(self, on: date) -> Life:
        return self._with(WriteOff(self._key("write_off"), self.history.next_n, on))

    def settle(self, on: date) -> Life:
        asked = self.history.payoff(on).total
        closed = self.history.closed_through
        return self._with(Payoff(self._key("payoff"), self.history.next_n, "", on, asked, "", closed))

    def return_the_cash(self, on: date, extra: Money) -> Life:
        asked = self.history.cash_to_return(on) + extra
        closed = self.history.closed_through
        return self._with(CoolingOffReturn(self._key("return"), self.history.next_n, "", on, asked, "", closed))

    def refund(self, amount: Money) -> Life:
        return self._with(Refund(self._key("refund"), self.history.next_n, "", self.last_day, amount))

    def reverse(self, target: str) -> Life:
        return self._with(Reversal(self._key("reverse"), self.history.next_n, target))

    def live_on(self, days: int) -> Life:
        """So many days pass, and each is closed but the one that is today then."""
        today = self.today + timedelta(days=days)
        return Life(self.history.closed(today - timedelta(days=1)), today)

    def with_events(self, *events: Event) -> Life:
        """Another past, as it is: nothing of it is weighed again."""
        return replace(self, history=replace(self.history, events=events))

    def _with(self, event: Event) -> Life:
        return replace(self, history=self.history.recorded(event))

    def _key(self, kind: str) -> str:
        return f"{kind}:{self.history.next_n}"


@st.composite
def lived(draw: st.DrawFn, *, acts_max: int = 8) -> list[Life]:
    """A loan to which anything has happened that its rules allow, as it was after each act; the last is as it is."""
    steps = [Life.of(draw(terms()), draw(policies))]
    for _ in range(draw(st.integers(0, acts_max))):
        act = draw(st.sampled_from(_ACTS))
        try:
            steps.append(act(draw, steps[-1]))
        except DomainError:
            continue
    return steps


def lives(*, acts_max: int = 8) -> st.SearchStrategy[Life]:
    """A loan to which anything has happened that its rules allow."""
    return lived(acts_max=acts_max).map(lambda steps: steps[-1])


def _reverse(draw: st.DrawFn, life: Life) -> Life:
    known = life.history.events
    return life.reverse(known[draw(st.integers(0, len(known) - 1))].key) if known else life


_ACTS: Final[tuple[Callable[[st.DrawFn, Life], Life], ...]] = (
    lambda draw, life: life.live_on(draw(st.integers(1, 60))),
    lambda draw, life: life.pay(life.day(draw(DAYS)), draw(AMOUNTS)),
    lambda draw, life: life.charge(life.day(draw(DAYS)), draw(CHARGED), draw(AMOUNTS)),
    lambda draw, life: life.waive(life.day(draw(DAYS)), draw(st.integers(1, 9)), draw(WAIVED), draw(AMOUNTS)),
    _reverse,
    lambda draw, life: life.live_on(draw(st.integers(1, 60))),
    lambda draw, life: life.pay(life.day(draw(DAYS)), draw(AMOUNTS)),
    lambda _draw, life: life.settle(life.last_day),
    lambda draw, life: life.refund(min(draw(AMOUNTS), life.account.overpaid)),
    lambda draw, life: life.write_off(life.day(draw(DAYS))),
    lambda draw, life: life.return_the_cash(life.last_day, draw(st.sampled_from([Money(0), Money(1)]))),
)
