"""Terms with a price said in a line, and a schedule's columns as text: what the tests of schedules speak in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from core.loans.schedule import Schedule
from core.loans.terms import LoanTerms
from core.money import Money


def terms(principal: str, rate: str, periods: int, **others: Any) -> LoanTerms:
    return LoanTerms(
        principal=Money.of(principal),
        annual_rate_percent=Decimal(rate),
        periods=periods,
        disbursed_on=others.pop("disbursed_on", date(2024, 1, 1)),
        **others,
    )


def column(plan: Schedule, name: str) -> list[str]:
    return [getattr(row, name).plain for row in plan.rows]
