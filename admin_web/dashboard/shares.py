"""The shares on the dashboard: each part with its whole, exactly, and as a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from admin_web.formats import ratio
from core.money import Money
from core.ports.reads import DashboardFigures


@dataclass(frozen=True, slots=True)
class ParLine:
    """The outstanding principal of loans more than `days` late, and its share of all outstanding principal."""

    days: int
    amount: Money
    share: Decimal


@dataclass(frozen=True, slots=True)
class BucketLine:
    """A bucket of days late, with its share of all outstanding principal."""

    name: str
    loans: int
    principal: Money
    share: Decimal


@dataclass(frozen=True, slots=True)
class Shares:
    """The figures of the dashboard that one divides by another."""

    par: Sequence[ParLine]
    arrears_rate: Decimal
    buckets: Sequence[BucketLine]
    collection_rate: Decimal | None
    within_48_hours: Decimal | None


def shares_of(figures: DashboardFigures) -> Shares:
    """Divide once, in one place. Where nothing was due or decided there is no share, rather than a flattering one."""
    gross = figures.gross_principal
    return Shares(
        par=[ParLine(days, amount, ratio(amount, gross)) for days, amount in sorted(figures.par.items())],
        arrears_rate=ratio(figures.overdue_principal, gross),
        buckets=[
            BucketLine(each.name, each.loans, each.principal, ratio(each.principal, gross)) for each in figures.buckets
        ],
        collection_rate=ratio(figures.collected_this_month, figures.due_this_month) if figures.due_this_month else None,
        within_48_hours=Decimal(figures.decided_within_48_hours) / figures.decided if figures.decided else None,
    )
