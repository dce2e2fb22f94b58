"""What an instalment takes of a month's pay, however often it is paid."""

from __future__ import annotations

from typing import Final

from core.loans.day_count import nominal_years_per_period
from core.loans.exact import round_money
from core.loans.terms import Pricing
from core.money import Money, Rounding

_MONTHS_PER_YEAR: Final = 12


def monthly_burden(instalment: Money, pricing: Pricing) -> Money:
    """The instalments of a year over twelve months, rounded up to the lisente.

    A weekly instalment counts 52/12 times, one of every two weeks 26/12 times, a daily one 365/12 times, a quarterly
    one a third. It is the same for a loan that ends within the month: what is asked is what a month's pay can carry.
    """
    months_per_period = nominal_years_per_period(pricing) * _MONTHS_PER_YEAR
    return round_money(instalment.minor / months_per_period, Rounding.UP)
