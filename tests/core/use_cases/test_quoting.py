"""A quote is its contract: whatever the day that the money comes, the figures are those that were accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import PeriodUnit
from core.errors import InvalidInput
from core.loans.product_terms import ProductTerms
from core.loans.schedule import due_dates, schedule
from core.loans.terms import DayCount, EmiBasis, Fee, FeeTiming, InvalidTerms, LoanTerms, Method, Residue
from core.money import Money
from core.use_cases.quoting import anchored, quote_of_terms

OFFERED_ON = date(2027, 12, 31)
FEES = (Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(2)), Fee("Service fee", FeeTiming.SPREAD, Money.of(40)))

products = st.builds(
    ProductTerms,
    annual_rate_percent=st.sampled_from([Decimal(0), Decimal(36), Decimal("18.5")]),
    periods_offered=st.just((4, 7)),
    method=st.sampled_from(Method),
    period_unit=st.sampled_from(PeriodUnit),
    period_every=st.sampled_from([1, 2]),
    day_count=st.sampled_from(DayCount),
    residue=st.sampled_from(Residue),
    emi_basis=st.sampled_from(EmiBasis),
    principal_grace=st.integers(0, 2),
    interest_grace=st.integers(0, 2),
    interest_free=st.integers(0, 2),
    fees=st.sampled_from([(), FEES]),
)


def figures(terms: LoanTerms) -> list[tuple[Money, ...]]:
    rows = schedule(terms).rows
    return [(row.principal, row.interest, row.fees, row.balance, row.interest_accrued) for row in rows]


@given(products, st.sampled_from([4, 7]), st.integers(0, 90))
def test_the_contract_has_the_figures_of_the_offer_and_the_dates_of_the_money(
    product: ProductTerms, periods: int, days: int
) -> None:
    offered = product.loan_terms(Money.of(5_000), periods, OFFERED_ON)
    paid_out_on = OFFERED_ON + timedelta(days=days)

    contract = anchored(offered, paid_out_on)

    assert figures(contract) == figures(offered)
    dates = [row.due_on for row in schedule(contract).rows]
    assert dates == list(due_dates(product.loan_terms(Money.of(5_000), periods, paid_out_on)))
    before, after = quote_of_terms(offered).key_facts, quote_of_terms(contract).key_facts
    assert (after.total_cost, after.effective_annual_rate_percent) == (
        before.total_cost,
        before.effective_annual_rate_percent,
    )
    assert LoanTerms.from_json(contract.to_json()) == contract


def test_with_equal_periods_nothing_remembers_the_day_of_the_offer() -> None:
    terms = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(6,))

    contract = anchored(terms.loan_terms(Money.of(5_000), 6, OFFERED_ON), date(2028, 1, 5))

    assert contract == terms.loan_terms(Money.of(5_000), 6, date(2028, 1, 5))


def test_a_day_count_that_looks_at_the_calendar_would_have_asked_for_something_else() -> None:
    """Why the day of the offer is remembered: February is shorter than January."""
    terms = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(1,), day_count=DayCount.ACTUAL_365)
    offered = terms.loan_terms(Money.of(1_000), 1, date(2027, 1, 31))
    contract = anchored(offered, date(2027, 2, 28))

    assert (offered.to_json().get("priced_on"), contract.to_json()["priced_on"]) == (None, "2027-01-31")
    assert schedule(contract).interest == schedule(offered).interest == Money.of("27.62")
    assert schedule(terms.loan_terms(Money.of(1_000), 1, date(2027, 3, 1))).interest == Money.of("30.58")


def test_a_contract_moved_twice_is_still_priced_on_the_day_of_the_offer() -> None:
    terms = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(3,), day_count=DayCount.ACTUAL_ACTUAL)
    offered = terms.loan_terms(Money.of(1_000), 3, OFFERED_ON)

    contract = anchored(anchored(offered, date(2028, 1, 3)), date(2028, 2, 9))

    assert contract.priced_on == OFFERED_ON
    assert figures(contract) == figures(offered)


def test_a_fixed_first_due_date_leaves_no_other_day_to_price_on() -> None:
    with pytest.raises(InvalidTerms) as refused:
        LoanTerms(
            principal=Money.of(1_000),
            annual_rate_percent=Decimal(1),
            periods=3,
            disbursed_on=date(2027, 1, 1),
            first_due_on=date(2027, 2, 15),
            priced_on=date(2026, 12, 1),
        )

    assert refused.value.field == "priced_on"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"periods_offered": ()}, "periods_offered"),
        ({"periods_offered": (3, 2)}, "periods_offered"),
        ({"periods_offered": (3, 3)}, "periods_offered"),
        ({"periods_offered": (0, 3)}, "periods_offered"),
        ({"periods_offered": (1, 1_201)}, "periods_offered"),
        ({"periods_offered": tuple(range(1, 62))}, "periods_offered"),
        ({"annual_rate_percent": Decimal(-1)}, "annual_rate_percent"),
        ({"period_every": 0}, "period_every"),
        ({"instalment_multiple": Money(0)}, "instalment_multiple"),
        ({"fees": (FEES[0],) * 21}, "fees"),
    ],
)
def test_terms_that_no_product_may_have_are_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        replace(ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(3,)), **changes)

    assert refused.value.field == field


@given(products)
def test_what_is_kept_of_a_product_is_read_back(product: ProductTerms) -> None:
    assert ProductTerms.from_json(product.to_json()) == product


@pytest.mark.parametrize("periods", [None, 3, ["3"], [True], {}])
def test_kept_periods_are_a_list_of_whole_numbers(periods: object) -> None:
    kept = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(3,)).to_json() | {"periods_offered": periods}

    with pytest.raises(InvalidInput) as refused:
        ProductTerms.from_json(kept)

    assert refused.value.field == "periods_offered"
