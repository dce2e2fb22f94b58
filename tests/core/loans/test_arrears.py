"""Lateness and what it makes of a portfolio: PAR and the arrears rate, each by its own definition."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.loans.arrears import (
    BUCKET_NAMES,
    LoanAtRisk,
    ShareOfPortfolio,
    arrears_rate,
    bucket,
    by_bucket,
    days_past_due,
    portfolio_at_risk,
)
from core.money import ZERO, Money


def test_the_due_date_is_day_zero_and_the_next_day_is_one() -> None:
    due = date(2026, 3, 31)

    assert days_past_due(due, date(2026, 3, 30)) == 0
    assert days_past_due(due, date(2026, 3, 31)) == 0
    assert days_past_due(due, date(2026, 4, 1)) == 1
    assert days_past_due(None, date(2026, 4, 1)) == 0


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-180"),
        (180, "91-180"),
        (181, "181+"),
        (4_000, "181+"),
    ],
)
def test_buckets_have_both_their_ends(days: int, name: str) -> None:
    assert bucket(days) == name


PORTFOLIO = [
    LoanAtRisk(Money.of("6000"), ZERO, 0),
    LoanAtRisk(Money.of("3000"), Money.of("500"), 31),
    LoanAtRisk(Money.of("1000"), Money.of("200"), 30),
]


def test_par_counts_the_whole_principal_of_a_loan_more_than_n_days_late() -> None:
    par = portfolio_at_risk(PORTFOLIO, 30)

    assert (par.amount, par.portfolio, par.loans) == (Money.of("3000"), Money.of("10000"), 1)
    assert par.percent == Decimal("30.00")
    assert portfolio_at_risk(PORTFOLIO, 29).percent == Decimal("40.00")


def test_the_arrears_rate_counts_the_overdue_part_alone() -> None:
    rate = arrears_rate(PORTFOLIO)

    assert (rate.amount, rate.loans, rate.percent) == (Money.of("700"), 2, Decimal("7.00"))


def test_every_bucket_is_named_and_they_sum_to_the_portfolio() -> None:
    shares = by_bucket(PORTFOLIO)

    assert tuple(shares) == BUCKET_NAMES
    assert {name: share.amount.plain for name, share in shares.items() if share.loans} == {
        "current": "6000.00",
        "1-30": "1000.00",
        "31-60": "3000.00",
    }
    assert {share.portfolio for share in shares.values()} == {Money.of("10000")}


def test_an_empty_portfolio_has_no_risk() -> None:
    assert portfolio_at_risk([], 30).percent == Decimal("0.00")


@pytest.mark.parametrize(("lisente", "percent"), [(4, "0.00"), (5, "0.01"), (15, "0.02"), (25, "0.03")])
def test_a_share_is_rounded_half_up_to_a_hundredth_of_a_percent(lisente: int, percent: str) -> None:
    assert ShareOfPortfolio(Money(lisente), Money(100_000), 1).percent == Decimal(percent)
