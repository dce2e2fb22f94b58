"""What a borrower's loans say of them: the score's inputs, from when instalments fell due and when they were paid.

It reads dates alone, both from a loan's replay; amounts count only in the share of the income that instalments take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final, Protocol

from core.credit.exposure import Exposure
from core.credit.scoring import ScoreInputs

_DAYS_A_MONTH: Final = 30


class PastInstalment(Protocol):
    """An instalment's due date, and the day on which nothing was left of it; None while something is."""

    @property
    def due_on(self) -> date: ...
    @property
    def settled_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class PastLoan:
    """A loan whose money reached the borrower, and whether it was paid back in full."""

    is_repaid: bool
    instalments: Sequence[PastInstalment]


@dataclass(frozen=True, slots=True)
class Known:
    """What a score reads besides past loans. `instalment_share` is a fraction of the income, all instalments in.

    Without an exposure nothing is known of other lenders, which is zero points.
    """

    registered_on: date
    instalment_share: Decimal
    exposure: Exposure | None
    identity_seen: bool


def score_inputs(loans: Sequence[PastLoan], known: Known, today: date) -> ScoreInputs:
    """Sum up how somebody paid, over every instalment that fell due before today.

    What is still unpaid is late to this day; an instalment that falls due today has the day to come.
    """
    days_late = [days for loan in loans for days in days_late_of(loan.instalments, today)]
    exposure = known.exposure
    return ScoreInputs(
        repaid_loans=sum(loan.is_repaid for loan in loans),
        instalments_due=len(days_late),
        instalments_on_time=sum(days == 0 for days in days_late),
        longest_days_late=max(days_late, default=0),
        average_days_late=_average(days_late),
        months_as_client=max(0, (today - known.registered_on).days // _DAYS_A_MONTH),
        instalment_share=known.instalment_share,
        live_loans_elsewhere=exposure.live_loans if exposure else None,
        enquiries_90_days=exposure.enquiries_90_days if exposure else None,
        identity_seen=known.identity_seen,
    )


def days_late_of(instalments: Sequence[PastInstalment], today: date) -> list[int]:
    """How late each instalment was that fell due before today, in their order; zero for one in time."""
    return [max(0, ((row.settled_on or today) - row.due_on).days) for row in instalments if row.due_on < today]


def _average(days: Sequence[int]) -> Decimal:
    """The mean to a tenth of a day, never rounded down to nothing where somebody was late."""
    mean = Fraction(sum(days), len(days) or 1)
    return Decimal(ceil(mean * 10)) / 10
