"""What a product offers: a price and numbers of periods, kept and read back, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.calendar import PeriodUnit
from core.errors import InvalidInput
from core.loans.product_terms import PERIODS_OFFERED_MAX, ProductTerms
from core.loans.terms import PERIODS_MAX, Fee, FeeTiming, InvalidTerms, LoanTerms
from core.money import Money

FEES = (Fee("admin", FeeTiming.SPREAD, amount=Money.of("6")),)


def offered(*periods: int, **more: Any) -> ProductTerms:
    return ProductTerms(annual_rate_percent=Decimal(24), periods_offered=periods, **more)


def test_a_loans_terms_are_the_products_price_for_its_amount_and_periods() -> None:
    product = offered(4, 8, period_unit=PeriodUnit.WEEK, fees=FEES)

    assert product.loan_terms(Money.of("500"), 8, date(2026, 3, 1)) == LoanTerms(
        principal=Money.of("500"),
        annual_rate_percent=Decimal(24),
        periods=8,
        disbursed_on=date(2026, 3, 1),
        period_unit=PeriodUnit.WEEK,
        fees=FEES,
    )


def test_what_is_kept_of_a_product_is_read_back() -> None:
    product = offered(4, 8, period_unit=PeriodUnit.WEEK, fees=FEES)

    assert ProductTerms.from_json(json.loads(json.dumps(product.to_json()))) == product


@pytest.mark.parametrize(
    "periods", [(), (6, 3), (3, 3), (0, 3), (PERIODS_MAX + 1,), tuple(range(1, PERIODS_OFFERED_MAX + 2))]
)
def test_the_periods_on_offer_ascend_and_each_can_be_had(periods: tuple[int, ...]) -> None:
    with pytest.raises(InvalidTerms) as refused:
        offered(*periods)

    assert refused.value.field == "periods_offered"


@pytest.mark.parametrize("value", [None, 6, "6", ["6"], [True], [6.0]])
def test_the_periods_on_offer_are_read_as_a_list_of_whole_numbers(value: object) -> None:
    with pytest.raises(InvalidTerms) as refused:
        ProductTerms.from_json(offered(6).to_json() | {"periods_offered": value})

    assert refused.value.field == "periods_offered"


def test_a_field_that_no_product_has_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInput) as refused:
        ProductTerms.from_json(offered(6).to_json() | {"colour": "red"})

    assert refused.value.field == "colour"
