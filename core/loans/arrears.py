"""How late loans are, and what that makes of a portfolio. The due date itself is day zero; the next day is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from core.money import ZERO, Money, total

BUCKETS: Final = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("91-180", 180))
_LAST_BUCKET: Final = "181+"
BUCKET_NAMES: Final = (*(name for name, _ in BUCKETS), _LAST_BUCKET)
PAR_DAYS: Final = (1, 30, 60, 90)
"""The N of the portfolio-at-risk figures that the dashboard shows."""


def days_past_due(oldest_unpaid_due_on: date | None, on: date) -> int:
    """Days since the oldest unpaid instalment fell due; zero when nothing is late."""
    if oldest_unpaid_due_on is None:
        return 0
    return max(0, (on - oldest_unpaid_due_on).days)


def bucket(days: int) -> str:
    """The arrears bucket of a number of days past due."""
    return next((name for name, last in BUCKETS if days <= last), _LAST_BUCKET)


@dataclass(frozen=True, slots=True)
class LoanAtRisk:
    """What a portfolio figure needs of one live loan: its whole principal, the overdue part of it, its lateness."""

    principal_outstanding: Money
    principal_overdue: Money
    days_past_due: int


@dataclass(frozen=True, slots=True)
class ShareOfPortfolio:
    """An amount of the gross outstanding principal, and how many loans it comes from."""

    amount: Money
    portfolio: Money
    loans: int

    @property
    def percent(self) -> Decimal:
        """The share in percent, two decimals, half up; zero of an empty portfolio."""
        if self.portfolio == ZERO:
            return Decimal("0.00")
        return (Decimal(self.amount.minor) * 100 / self.portfolio.minor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def portfolio_at_risk(loans: Sequence[LoanAtRisk], more_than_days: int) -> ShareOfPortfolio:
    """PAR-N: the whole outstanding principal of every loan more than N days late, of the gross portfolio."""
    late = [loan for loan in loans if loan.days_past_due > more_than_days]
    return ShareOfPortfolio(total(loan.principal_outstanding for loan in late), _gross(loans), len(late))


def arrears_rate(loans: Sequence[LoanAtRisk]) -> ShareOfPortfolio:
    """The overdue principal alone, of the gross portfolio: not PAR, and always the prettier figure."""
    late = [loan for loan in loans if loan.principal_overdue > ZERO]
    return ShareOfPortfolio(total(loan.principal_overdue for loan in late), _gross(loans), len(late))


def by_bucket(loans: Sequence[LoanAtRisk]) -> dict[str, ShareOfPortfolio]:
    """Outstanding principal by arrears bucket, every bucket named, the current one first."""
    gross = _gross(loans)
    members: dict[str, list[LoanAtRisk]] = {name: [] for name in BUCKET_NAMES}
    for loan in loans:
        members[bucket(loan.days_past_due)].append(loan)
    return {
        name: ShareOfPortfolio(total(loan.principal_outstanding for loan in inside), gross, len(inside))
        for name, inside in members.items()
    }


def _gross(loans: Sequence[LoanAtRisk]) -> Money:
    return total(loan.principal_outstanding for loan in loans)
