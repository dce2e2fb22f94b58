"""Interest earned but not yet due, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loans.account import AccountStatus
from core.loans.earned import NOTHING_EARNED, EarnedInterest, interest_earned
from core.loans.events import Disbursed, Event, Payoff, Repayment, Reversal, Waiver, WriteOff
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.terms import DayCount, LoanTerms, Method
from core.money import ZERO, Money
from tests.core.loans.lives import Life, lives, terms

LENT_ON = date(2023, 12, 15)
TERMS = LoanTerms(principal=Money.of("10000"), annual_rate_percent=Decimal(36), periods=3, disbursed_on=LENT_ON)
"""Three months at 3 % a month: 300.00, then 202.94 on 6,764.70, then 102.97 on 3,432.34."""


def running(agreed: LoanTerms = TERMS, *events: Event, **rules: Any) -> LoanHistory:
    lent = Disbursed("lent", "", agreed.disbursed_on)
    history = LoanHistory(UUID(int=1), agreed, Policy(**rules), lent, agreed.disbursed_on)
    for event in events:
        history = history.recorded(event)
    return history


def pay(on: date, amount: str, key: str = "paid") -> Repayment:
    return Repayment(key, 1, "", on, Money.of(amount))


def not_due(history: LoanHistory, on: date) -> str:
    return interest_earned(history, on).not_due.plain


def test_equal_periods_earn_by_the_days_that_have_run() -> None:
    """The first period has 31 days: 300.00 x 10/31 = 96.774; the second too: 202.94 x 16/31 = 104.743."""
    assert not_due(running(), date(2023, 12, 25)) == "96.77"
    assert not_due(running(), date(2024, 1, 31)) == "104.74"


@pytest.mark.parametrize(
    ("count", "on", "earned"),
    [
        # Row 1 earns 10,000 x 36 % x 31/365 = 305.75, of which 16/31 by the year's end and 20/31 four days later.
        (DayCount.ACTUAL_365, date(2023, 12, 31), "157.81"),
        (DayCount.ACTUAL_365, date(2024, 1, 4), "197.26"),
        # 10,000 x 36 % x 31/360 = 310.00.
        (DayCount.ACTUAL_360, date(2023, 12, 31), "160.00"),
        # 16/365 + 15/366 of a year: 305.35. By the year's end 3,600 x 16/365; then 4/366 more, 3,600 x 0.0547646.
        (DayCount.ACTUAL_ACTUAL, date(2023, 12, 31), "157.81"),
        (DayCount.ACTUAL_ACTUAL, date(2024, 1, 4), "197.15"),
        # A month has thirty days: 300.00 x 16/30, and all of it on the last day before the due date.
        (DayCount.THIRTY_360, date(2023, 12, 31), "160.00"),
        (DayCount.THIRTY_360, date(2024, 1, 14), "300.00"),
    ],
)
def test_other_day_counts_earn_as_they_count(count: DayCount, on: date, earned: str) -> None:
    assert not_due(running(replace(TERMS, day_count=count)), on) == earned


def test_a_flat_loan_earns_each_rows_interest_pro_rata_by_days() -> None:
    """10,000 at 36 % flat over 3 months: 300.00 a row; 300 x 10/31. By actual days 3,600 x (16/365 + 75/366) = 895.51,
    of which a row has 298.50, and 10/31 of that is 96.29."""
    flat = replace(TERMS, method=Method.FLAT)

    assert not_due(running(flat), date(2023, 12, 25)) == "96.77"
    assert not_due(running(flat), date(2024, 1, 25)) == "96.77"
    assert not_due(running(replace(flat, day_count=DayCount.ACTUAL_ACTUAL)), date(2023, 12, 25)) == "96.29"


def test_on_the_due_date_interest_is_due_and_in_the_report_no_more() -> None:
    assert not_due(running(), date(2024, 1, 14)) == "290.32"
    assert not_due(running(), date(2024, 1, 15)) == "0.00"
    assert not_due(running(), date(2024, 1, 16)) == "6.55"


def test_interest_in_a_payment_grace_is_earned_whole_until_it_falls_due() -> None:
    """300.00 of the first month, and 10/31 of the second month's 202.94: both fall due with the second row."""
    graced = running(replace(TERMS, interest_grace=1))

    assert not_due(graced, date(2024, 1, 15)) == "300.00"
    assert interest_earned(graced, date(2024, 1, 25)).accrued == Money.of("365.46")
    assert not_due(graced, date(2024, 2, 15)) == "0.00"


def test_interest_free_periods_earn_nothing() -> None:
    assert interest_earned(running(replace(TERMS, interest_free=1)), date(2024, 1, 14)) == NOTHING_EARNED


def test_interest_paid_in_advance_is_income_already() -> None:
    """40.00 came in advance: of 96.77 earned, 56.77 is left; nothing is left where more came than is earned."""
    some = running(TERMS, pay(date(2023, 12, 20), "40"))
    more = running(TERMS, pay(date(2023, 12, 20), "400"))

    assert interest_earned(some, date(2023, 12, 25)) == EarnedInterest(Money.of("96.77"), Money.of("40.00"), ZERO)
    assert not_due(more, date(2023, 12, 25)) == "0.00"


def test_forgiven_interest_is_not_earned() -> None:
    waiver = Waiver("waive", 1, date(2023, 12, 20), 1, Part.INTEREST, Money.of("100"))

    assert not_due(running(TERMS, waiver), date(2023, 12, 25)) == "0.00"
    assert not_due(running(TERMS, waiver), date(2024, 1, 14)) == "190.32"


def test_a_loan_that_does_not_run_earns_nothing() -> None:
    on = date(2023, 12, 25)
    settled = running(TERMS, Payoff("settle", 1, "", on, running().payoff(on).total))

    assert interest_earned(settled, on) == NOTHING_EARNED
    assert interest_earned(running(TERMS, WriteOff("lost", 1, on)), on) == NOTHING_EARNED
    assert interest_earned(running(), LENT_ON) == NOTHING_EARNED
    assert interest_earned(running(), LENT_ON - timedelta(days=9)) == NOTHING_EARNED
    assert interest_earned(running(), date(2024, 3, 15)) == NOTHING_EARNED


def test_a_past_day_is_told_as_it_was_by_what_counts_on_it() -> None:
    """The settlement of the 25th is no matter of the 20th: 300.00 x 5/31. A reversed one is none of any day."""
    settled = running(TERMS, Payoff("settle", 1, "", date(2023, 12, 25), running().payoff(date(2023, 12, 25)).total))
    undone = settled.recorded(Reversal("undo", 2, "settle"))

    assert not_due(settled, date(2023, 12, 20)) == "48.39"
    assert not_due(undone, date(2023, 12, 25)) == "96.77"


def test_in_duplum_holds_back_what_may_not_grow() -> None:
    """100.00 at 600 % flat over 4 months: 50.00 a row. After two rows nothing paid, 100.00 unpaid equals the loan."""
    dear = LoanTerms(
        principal=Money.of("100"), annual_rate_percent=Decimal(600), periods=4, disbursed_on=LENT_ON, method=Method.FLAT
    )
    on = date(2024, 3, 1)

    held = interest_earned(running(dear), on)

    assert (held.accrued, held.held_back, held.not_due) == (Money.of("25.86"), Money.of("25.86"), ZERO)


def test_the_stricter_cap_counts_default_fees_too() -> None:
    """One row due: 50.00 interest and a fee of 40.00 leave 10.00 of room, of 100.00; 50.00 x 16/31 is earned."""
    dear = LoanTerms(
        principal=Money.of("100"), annual_rate_percent=Decimal(600), periods=4, disbursed_on=LENT_ON, method=Method.FLAT
    )
    fee = LateFeeRule(Money.of("40"), None, with_interest=True, after_days=0)
    late = running(dear, late_fee=fee, cap=Cap.INTEREST_AND_FEES).closed(date(2024, 1, 30))

    assert interest_earned(late, date(2024, 1, 31)).not_due == Money.of("10.00")
    assert not_due(running(dear, late_fee=fee).closed(date(2024, 1, 30)), date(2024, 1, 31)) == "25.81"


@given(lives(), st.integers(0, 60))
def test_it_is_never_negative_and_never_more_than_the_interest_to_come(life: Life, days: int) -> None:
    on = life.last_day + timedelta(days=days)

    earned = interest_earned(life.history, on)

    account = life.history.account(on)
    to_come = sum(row.outstanding(Part.INTEREST).minor for row in account.instalments if row.due_on > on)
    assert 0 <= earned.not_due.minor <= to_come
    assert min(earned.accrued, earned.settled, earned.held_back) >= ZERO


@given(terms(), st.integers(1, 300))
def test_a_settlement_to_date_of_equal_periods_asks_what_is_due_and_what_is_earned(
    agreed: LoanTerms, days: int
) -> None:
    """The payoff quote and the report say the same of one day; a flat loan's quote goes by whole periods instead."""
    alike = replace(agreed, day_count=DayCount.EQUAL_PERIODS)
    if alike.method is Method.FLAT:
        alike = replace(alike, method=Method.EQUAL_PRINCIPAL, instalment_multiple=None)
    on = alike.disbursed_on + timedelta(days=days)
    history = Life.of(alike, Policy(payoff_interest=PayoffInterest.TO_DATE)).history

    account = history.account(on)
    due = sum(row.outstanding(Part.INTEREST).minor for row in account.instalments if row.due_on <= on)
    if account.status is AccountStatus.ACTIVE:
        assert history.payoff(on).split.interest.minor - due == interest_earned(history, on).not_due.minor


def test_what_loans_earned_adds_up_part_by_part() -> None:
    one = EarnedInterest(Money(100), Money(20), Money(3))

    assert one + EarnedInterest(Money(1), Money(2), Money(4)) == EarnedInterest(Money(101), Money(22), Money(7))
    assert one + NOTHING_EARNED == one
    assert one.not_due == Money(77)
