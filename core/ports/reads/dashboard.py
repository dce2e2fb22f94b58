"""The figures of a lender's portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import Money


@dataclass(frozen=True, slots=True)
class ArrearsBucket:
    """Loans whose oldest unpaid instalment is this many days late."""

    name: str
    loans: int
    principal: Money


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    """The portfolio of an MFI on its business dates. Definitions are printed beside the figures.

    `par` maps N to the outstanding principal of loans with any instalment more than N days late; divide by
    `gross_principal` for the ratio. `overdue_principal` is the arrears rate's numerator; `overdue` has interest, fees
    and penalties too.
    """

    business_on: date
    districts: Sequence[str]
    active_loans: int
    gross_principal: Money
    par: dict[int, Money]
    overdue: Money
    overdue_principal: Money
    buckets: Sequence[ArrearsBucket]
    applications: dict[str, int]
    decided: int
    decided_within_48_hours: int
    decision_hours_p50: Decimal | None
    decision_hours_p90: Decimal | None
    disbursed_this_month: Money
    collected_this_month: Money
    due_this_month: Money
    float_balance: Money
    suspense_balance: Money
    missing_districts: Sequence[str]
