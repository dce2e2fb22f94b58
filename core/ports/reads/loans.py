"""Loans as the portal lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.money import Money
from core.records.loan import LoanStatus
from core.references import Reference


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A loan as a line of the list."""

    reference: Reference
    district: str
    borrower_name: str
    status: LoanStatus
    principal: Money
    outstanding: Money
    overdue: Money
    days_past_due: int
    next_due_on: date | None
    next_due: Money


@dataclass(frozen=True, slots=True)
class LoanPage:
    """Loans, the latest in arrears first."""

    rows: Sequence[LoanRow]
    total: int
    missing_districts: Sequence[str]
