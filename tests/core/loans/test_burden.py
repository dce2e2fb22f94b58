"""What an instalment takes of a month's pay: a year's instalments over twelve, exactly, and never too little."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.calendar import PeriodUnit
from core.loans.burden import monthly_burden
from core.loans.terms import Pricing
from core.money import Money


@pytest.mark.parametrize(
    ("unit", "every", "burden"),
    [
        (PeriodUnit.MONTH, 1, "100.00"),
        (PeriodUnit.MONTH, 3, "33.34"),
        (PeriodUnit.WEEK, 1, "433.34"),
        (PeriodUnit.WEEK, 2, "216.67"),
        (PeriodUnit.WEEK, 4, "108.34"),
        (PeriodUnit.DAY, 1, "3041.67"),
        (PeriodUnit.DAY, 10, "304.17"),
    ],
)
def test_an_instalment_is_brought_to_a_month(unit: PeriodUnit, every: int, burden: str) -> None:
    pricing = Pricing(annual_rate_percent=Decimal(0), period_unit=unit, period_every=every)

    assert monthly_burden(Money.of("100"), pricing) == Money.of(burden)


def test_twelve_weekly_instalments_count_as_fifty_two_a_year() -> None:
    """M1.20 a week is M62.40 a year, M5.20 a month, to the lisente and not rounded."""
    weekly = Pricing(annual_rate_percent=Decimal(0), period_unit=PeriodUnit.WEEK)

    assert monthly_burden(Money.of("1.20"), weekly) == Money.of("5.20")
