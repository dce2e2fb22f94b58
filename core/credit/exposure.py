"""What a borrower owes elsewhere, as one lender may see it: counts, a band and the worst lateness, never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.money import Money

_BANDS: Final = ((0, "none"), (1_000_00, "up_to_1000"), (5_000_00, "up_to_5000"), (20_000_00, "up_to_20000"))
_LAST_BAND: Final = "above_20000"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Live loans at other lenders, the band of what is left on them, and look-ups in the last 90 days."""

    live_loans: int
    outstanding_band: str
    worst_days_late: int
    enquiries_90_days: int | None


def outstanding_band(outstanding: Money) -> str:
    """The band that an amount falls in."""
    return next((name for limit, name in _BANDS if outstanding.minor <= limit), _LAST_BAND)
