"""Schedules: published figures and hand-worked rules. Every combination is in `test_golden`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calendar import PeriodUnit
from core.loans.day_count import years_of_periods
from core.loans.exact import MultipleRounding
from core.loans.schedule import due_dates, schedule
from core.loans.terms import DayCount, EmiBasis, Fee, FeeTiming, InvalidTerms, LoanTerms, Method, Residue
from core.money import ZERO, Money, Rounding, total
from tests.core.loans.plans import column, terms

# Published figures


def test_fineract_progressive_anchor_of_100_at_7_percent() -> None:
    """Apache Fineract, progressive loans, 30/360: 100 at 7 % over 6 months from 2024-01-01."""
    plan = schedule(terms("100", "7", 6, day_count=DayCount.THIRTY_360))

    assert plan.level_instalment == Money.of("17.01")
    assert column(plan, "principal") == ["16.43", "16.52", "16.62", "16.72", "16.81", "16.90"]
    assert column(plan, "interest") == ["0.58", "0.49", "0.39", "0.29", "0.20", "0.10"]
    assert column(plan, "total")[-1] == "17.00"
    assert plan.interest == Money.of("2.05")


@pytest.mark.parametrize(("rate", "instalment"), [("18.75", "3870.48"), ("18.5", "3849.93")])
def test_published_instalments_of_a_loan_of_150_000_maloti_over_60_months(rate: str, instalment: str) -> None:
    """Instalments that lenders in Lesotho publish for 150,000 over 60 months."""
    assert schedule(terms("150000", rate, 60)).level_instalment == Money.of(instalment)


def test_fineract_flat_anchor_of_1250_at_15_percent() -> None:
    """Apache Fineract, flat interest: 15.62 three times, then the residue."""
    plan = schedule(terms("1250", "15", 4, method=Method.FLAT))

    assert column(plan, "interest") == ["15.62", "15.62", "15.62", "15.64"]
    assert plan.level_instalment == Money.of("328.12")


def test_fineract_flat_anchor_with_a_multiple_of_20() -> None:
    """Apache Fineract, flat interest in multiples of 20: totals land on the multiple, the last takes the rest."""
    plan = schedule(terms("1250", "12", 3, method=Method.FLAT, instalment_multiple=Money.of("20")))

    assert column(plan, "total") == ["440.00", "440.00", "407.50"]
    assert column(plan, "principal") == ["427.50", "427.50", "395.00"]
    assert plan.level_instalment == Money.of("440")


def test_a_nominal_instalment_over_actual_days_leaves_the_last_row_a_visible_difference() -> None:
    """Apache Fineract: 5,000 at 12 % over 18 months in multiples of 1 has a level instalment of 305."""
    plan = schedule(terms("5000", "12", 18, day_count=DayCount.ACTUAL_365, instalment_multiple=Money.of("1")))

    assert plan.level_instalment == Money.of("305")
    assert {row.total for row in plan.rows[:-1]} == {Money.of("305")}
    assert plan.rows[-1].total != Money.of("305")


# Dates


def test_due_dates_keep_the_day_of_disbursement() -> None:
    dates = due_dates(terms("100", "0", 3, disbursed_on=date(2024, 1, 31)))

    assert dates == (date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30))


def test_an_explicit_first_due_date_is_the_anchor() -> None:
    dates = due_dates(terms("100", "0", 3, disbursed_on=date(2024, 1, 31), first_due_on=date(2024, 2, 29)))

    assert dates == (date(2024, 2, 29), date(2024, 3, 29), date(2024, 4, 29))


# Day counts


def years(**others: Any) -> list[str]:
    wanted = terms("100", "12", 2, **others)
    return [str(share) for share in years_of_periods(wanted, due_dates(wanted))]


def test_equal_periods_ignore_the_days() -> None:
    assert years(first_due_on=date(2024, 3, 20)) == ["1/12", "1/12"]
    assert years(period_unit=PeriodUnit.WEEK, period_every=2) == ["1/26", "1/26"]
    assert years(period_unit=PeriodUnit.DAY, period_every=10) == ["2/73", "2/73"]


def test_a_broken_first_period_counts_thirty_a_whole_month_and_its_days_left_over() -> None:
    assert years(day_count=DayCount.THIRTY_360, first_due_on=date(2024, 3, 20)) == ["79/360", "1/12"]
    assert years(day_count=DayCount.THIRTY_360, first_due_on=date(2024, 1, 20)) == ["19/360", "1/12"]
    assert years(day_count=DayCount.THIRTY_360, first_due_on=date(2024, 2, 1)) == ["1/12", "1/12"]
    assert years(day_count=DayCount.THIRTY_360, period_unit=PeriodUnit.WEEK) == ["7/360", "7/360"]


def test_a_leap_day_counts_only_where_days_count() -> None:
    from_february = {"disbursed_on": date(2024, 2, 1)}

    assert years(day_count=DayCount.ACTUAL_365, **from_february) == ["29/365", "31/365"]
    assert years(day_count=DayCount.ACTUAL_364, **from_february) == ["29/364", "31/364"]
    assert years(day_count=DayCount.ACTUAL_360, **from_february) == ["29/360", "31/360"]
    assert years(day_count=DayCount.ACTUAL_ACTUAL, **from_february) == ["29/366", "31/366"]


def test_actual_actual_splits_a_period_at_the_end_of_the_year() -> None:
    across = years(day_count=DayCount.ACTUAL_ACTUAL, disbursed_on=date(2023, 12, 15))
    from_the_last_day = years(day_count=DayCount.ACTUAL_ACTUAL, disbursed_on=date(2023, 12, 31))

    assert across[0] == str(Fraction(16, 365) + Fraction(15, 366))
    assert from_the_last_day[0] == "31/366"


def test_a_period_of_several_years_counts_each_of_them() -> None:
    whole = years(day_count=DayCount.ACTUAL_ACTUAL, disbursed_on=date(2023, 12, 31), first_due_on=date(2026, 12, 31))

    assert whole[0] == "3"


# Graces and fees


def test_interest_in_grace_falls_due_with_the_first_row_after_it() -> None:
    plan = schedule(terms("1200", "12", 4, interest_grace=2, principal_grace=2))

    assert column(plan, "interest") == ["0.00", "0.00", "36.00", "6.03"]
    assert [row.interest_accrued.plain for row in plan.rows] == ["12.00", "12.00", "12.00", "6.03"]
    assert column(plan, "principal") == ["0.00", "0.00", "597.01", "602.99"]


def test_a_whole_loan_free_of_interest_costs_nothing() -> None:
    for method in Method:
        plan = schedule(terms("1000", "0", 4, method=method, interest_free=4))
        assert plan.interest == ZERO
        assert plan.total == Money.of("1000")


def test_upfront_fees_stand_in_no_row_and_in_the_cost() -> None:
    plan = schedule(
        terms(
            "1000",
            "0",
            3,
            fees=(
                Fee("initiation", FeeTiming.UPFRONT, amount=Money.of("50")),
                Fee("admin", FeeTiming.SPREAD, amount=Money.of("10")),
            ),
        )
    )

    assert column(plan, "fees") == ["3.33", "3.33", "3.34"]
    assert plan.fees == Money.of("60")
    assert plan.total_cost_of_credit == Money.of("60")
    assert plan.terms.cash_received == Money.of("950")


# What holds for every schedule

any_terms = st.builds(
    LoanTerms,
    principal=st.integers(10_000, 10**9).map(Money),
    annual_rate_percent=st.decimals(0, 120, places=2),
    periods=st.integers(1, 40),
    disbursed_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    method=st.sampled_from(Method),
    period_unit=st.sampled_from(PeriodUnit),
    period_every=st.integers(1, 6),
    day_count=st.sampled_from(DayCount),
    rounding_mode=st.sampled_from(Rounding),
    instalment_multiple=st.none() | st.integers(1, 500).map(Money),
    instalment_rounding=st.sampled_from(MultipleRounding),
    residue=st.sampled_from(Residue),
    emi_basis=st.sampled_from(EmiBasis),
)
graces = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(any_terms, graces)
def test_principal_sums_exactly_nothing_is_negative_and_nothing_is_left(
    wanted: LoanTerms, grace: tuple[int, int, int]
) -> None:
    assume(max(grace) < wanted.periods)
    with_grace = replace(wanted, principal_grace=grace[0], interest_grace=grace[1], interest_free=grace[2])
    try:
        plan = schedule(with_grace)
    except InvalidTerms:
        assume(False)

    assert total(row.principal for row in plan.rows) == wanted.principal
    assert plan.rows[-1].balance == ZERO
    cells = [cell for row in plan.rows for cell in (row.principal, row.interest, row.fees, row.balance)]
    assert min(cells) >= ZERO
    assert total(row.interest_accrued for row in plan.rows) == plan.interest
    assert [row.due_on for row in plan.rows] == sorted({row.due_on for row in plan.rows})
    assert schedule(LoanTerms.from_json(with_grace.to_json())) == plan
