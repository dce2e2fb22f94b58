"""The score over whole histories: loans are replayed from what was paid, and its inputs read as the product reads them.

Inputs that no history can have prove nothing; here every one comes from the loan engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.credit.exposure import Exposure
from core.credit.history import Known, PastLoan, score_inputs
from core.credit.scoring import HIGHEST, LOWEST, ScoreInputs, score
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import Disbursed, Repayment
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import LateFeeRule, Policy
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms
from core.money import Money

TODAY: Final = date(2026, 11, 23)
NET_PAY: Final = Money.of("6000")
LATE_FEE: Final = LateFeeRule(Money.of("50"), None, with_interest=False, after_days=0)


@dataclass(frozen=True)
class Life:
    """A loan of so many months paid out so many days ago, and what was paid on it: days after the payout, lisente."""

    days_ago: int
    months: int
    has_late_fee: bool
    payments: tuple[tuple[int, int], ...]

    @property
    def terms(self) -> LoanTerms:
        return LoanTerms(
            principal=Money.of("1000"),
            annual_rate_percent=Decimal(36),
            periods=self.months,
            disbursed_on=TODAY - timedelta(days=self.days_ago),
        )

    @property
    def account(self) -> LoanAccount:
        """The loan as its replay gives it today, every day before closed."""
        terms = self.terms
        history = LoanHistory(
            UUID(int=1),
            terms,
            Policy(late_fee=LATE_FEE if self.has_late_fee else None),
            Disbursed("lent", "", terms.disbursed_on),
            terms.disbursed_on,
        )
        for n, (after_days, lisente) in enumerate(sorted(self.payments), start=1):
            paid_on = terms.disbursed_on + timedelta(days=after_days)
            history = history.recorded(Repayment(f"pay:{n}", n, "", paid_on, Money(lisente)))
        return history.closed(TODAY - timedelta(days=1)).account(TODAY)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    days_ago = draw(st.integers(1, 400))
    return Life(
        days_ago=days_ago,
        months=draw(st.integers(1, 6)),
        has_late_fee=draw(st.booleans()),
        payments=tuple(draw(st.lists(st.tuples(st.integers(1, days_ago), st.integers(1_00, 1_200_00)), max_size=6))),
    )


@st.composite
def surroundings(draw: st.DrawFn) -> Known:
    enquiries = draw(st.none() | st.integers(0, 8))
    exposure = Exposure(draw(st.integers(0, 4)), "none", draw(st.integers(0, 90)), enquiries)
    return Known(
        registered_on=TODAY - timedelta(days=draw(st.integers(0, 1_200))),
        instalment_share=draw(st.decimals(0, 1, places=4)),
        exposure=draw(st.none() | st.just(exposure)),
        identity_seen=draw(st.booleans()),
    )


def read(histories: Sequence[Life], known: Known) -> ScoreInputs:
    """What the card reads: the past, and the share that running loans take beside what the application adds."""
    accounts = [life.account for life in histories]
    running = sum(_largest_to_come(account) for account in accounts)
    share = known.instalment_share + (Decimal(running) / NET_PAY.minor).quantize(Decimal("0.0001"))
    loans = [PastLoan(account.status is AccountStatus.CLOSED, account.instalments) for account in accounts]
    return score_inputs(loans, replace(known, instalment_share=share), TODAY)


def _largest_to_come(account: LoanAccount) -> int:
    agreed = (Part.PRINCIPAL, Part.INTEREST, Part.FEE)
    rows = [row for row in account.instalments if row.settled_on is None]
    return max((sum(row.due[part].minor for part in agreed) for row in rows), default=0)


def value(histories: Sequence[Life], known: Known) -> int:
    return score(read(histories, known)).value


def paid_on_its_days(days_ago: int, months: int) -> Life:
    life = Life(days_ago, months, has_late_fee=True, payments=())
    terms = life.terms
    days = tuple(((row.due_on - terms.disbursed_on).days, row.total.minor) for row in schedule(terms).rows)
    return replace(life, payments=days)


HISTORIES: Final = st.lists(lives(), max_size=3)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, surroundings())
def test_the_points_shown_add_up_and_stay_in_range(histories: list[Life], known: Known) -> None:
    scored = score(read(histories, known))

    assert scored.value == sum(factor.points for factor in scored.factors)
    assert LOWEST <= scored.value <= HIGHEST


@settings(max_examples=60, deadline=None)
@given(HISTORIES, lives(), surroundings(), st.data())
def test_a_payment_made_later_never_raises_it(
    histories: list[Life], life: Life, known: Known, data: st.DataObject
) -> None:
    assume(life.payments)
    chosen = data.draw(st.integers(0, len(life.payments) - 1))
    day, amount = life.payments[chosen]
    later = data.draw(st.integers(day, life.days_ago))
    others = life.payments[:chosen] + life.payments[chosen + 1 :]
    delayed = replace(life, payments=(*others, (later, amount)))

    assert value([*histories, delayed], known) <= value([*histories, life], known)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, lives(), surroundings(), st.data())
def test_a_payment_that_never_came_never_raises_it(
    histories: list[Life], life: Life, known: Known, data: st.DataObject
) -> None:
    assume(life.payments)
    chosen = data.draw(st.integers(0, len(life.payments) - 1))
    without = replace(life, payments=life.payments[:chosen] + life.payments[chosen + 1 :])

    assert value([*histories, without], known) <= value([*histories, life], known)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, lives(), surroundings())
def test_paying_a_running_loan_back_today_never_lowers_it(histories: list[Life], life: Life, known: Known) -> None:
    left = life.account.outstanding().minor
    repaid = replace(life, payments=(*life.payments, (life.days_ago, left))) if left else life

    assert repaid.account.status is AccountStatus.CLOSED
    assert value([*histories, repaid], known) >= value([*histories, life], known)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, surroundings(), st.integers(190, 600), st.integers(1, 6))
def test_another_loan_repaid_on_its_days_never_lowers_it(
    histories: list[Life], known: Known, days_ago: int, months: int
) -> None:
    another = paid_on_its_days(days_ago, months)

    assert another.account.status is AccountStatus.CLOSED
    assert value([*histories, another], known) >= value(histories, known)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, surroundings(), st.integers(1, 27), st.integers(1, 6), st.booleans())
def test_another_open_loan_never_raises_it(
    histories: list[Life],
    known: Known,
    days_ago: int,
    months: int,
    is_elsewhere: bool,
) -> None:
    """One of which nothing fell due yet: what somebody paid in time is a merit, not the loan."""
    another = Life(days_ago, months, has_late_fee=False, payments=())
    exposure = known.exposure
    if exposure is not None and is_elsewhere:
        exposure = replace(exposure, live_loans=exposure.live_loans + 1)

    assert value([*histories, another], replace(known, exposure=exposure)) <= value(histories, known)


def test_without_a_history_nothing_is_gained_or_lost_and_the_card_says_so() -> None:
    known = Known(TODAY, Decimal("0.30"), None, identity_seen=False)

    factors = {factor.code: factor for factor in score(read([], known)).factors}

    for code in ("repaid_loans", "longest_late", "average_late", "paid_on_time"):
        assert (factors[code].points, factors[code].reason) == (0, "no_history")


def test_the_card_cannot_read_who_somebody_is() -> None:
    """Never sex, district, network or age: the card has no field that any of them could come in by."""
    assert {field.name for field in fields(ScoreInputs)} == {
        "repaid_loans",
        "instalments_due",
        "instalments_on_time",
        "longest_days_late",
        "average_days_late",
        "months_as_client",
        "instalment_share",
        "live_loans_elsewhere",
        "enquiries_90_days",
        "identity_seen",
    }
