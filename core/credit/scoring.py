"""A score from 300 to 850, higher is better: a judgemental points card whose every point has a reason.

It advises and never decides. It reads behaviour only: never sex, district, network, or age beyond legal capacity.
No history is zero points, and says so. Points add up to the score; paying later never raises it, a loan repaid never
lowers it, another open loan never raises it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

SCORECARD_VERSION: Final = "2026-11b"
START: Final = 520
LOWEST: Final = 300
HIGHEST: Final = 850
_LOW_RISK: Final = 700
_MEDIUM_RISK: Final = 500
_LONG_TERM_MONTHS: Final = 24


class Band(StrEnum):
    """How a score reads."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """All that the card looks at. None: not known, which is zero points.

    `average_days_late` is over every instalment that fell due; one in time counts as nothing.
    """

    repaid_loans: int
    instalments_due: int
    instalments_on_time: int
    longest_days_late: int
    average_days_late: Decimal
    months_as_client: int
    instalment_share: Decimal
    live_loans_elsewhere: int | None
    enquiries_90_days: int | None
    identity_seen: bool

    def to_json(self) -> dict[str, Any]:
        """The inputs as they are kept with a decision."""
        return asdict(self) | {
            "average_days_late": str(self.average_days_late),
            "instalment_share": str(self.instalment_share),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ScoreInputs:
        """The inputs as a decision saw them. Raises `KeyError` for those of a card that read less than this one."""
        known = {name: kept[name] for name in cls.__dataclass_fields__}
        exact = {name: Decimal(known[name]) for name in ("average_days_late", "instalment_share")}
        return cls(**known | exact)


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of the card: its code, the value it read, and the points. The words belong to whoever shows it."""

    code: str
    points: int
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of its factors."""

    value: int
    band: Band
    factors: tuple[Factor, ...]
    inputs: ScoreInputs
    version: str = SCORECARD_VERSION


def score(inputs: ScoreInputs) -> Score:
    """Add the card up."""
    factors = (
        Factor("start", START, "", "everyone_starts_here"),
        _repaid(inputs),
        _longest_late(inputs),
        _average_late(inputs),
        _on_time(inputs),
        _months(inputs),
        _share(inputs),
        _elsewhere(inputs),
        _enquiries(inputs),
        _identity(inputs),
    )
    value = sum(factor.points for factor in factors)
    return Score(value, band_of(value), factors, inputs)


def band_of(value: int) -> Band:
    """At least 700 is low risk, at least 500 medium."""
    if value >= _LOW_RISK:
        return Band.LOW
    return Band.MEDIUM if value >= _MEDIUM_RISK else Band.HIGH


def _repaid(inputs: ScoreInputs) -> Factor:
    points = min(inputs.repaid_loans, 4) * 25
    return Factor("repaid_loans", points, str(inputs.repaid_loans), "repaid" if points else "no_history")


def _longest_late(inputs: ScoreInputs) -> Factor:
    days = inputs.longest_days_late
    if not inputs.instalments_due:
        return Factor("longest_late", 0, "", "no_history")
    steps = ((0, 40, "never_late"), (7, 15, "days_late"), (30, -25, "days_late"), (60, -45, "days_late"))
    points, reason = next(((p, r) for limit, p, r in steps if days <= limit), (-60, "days_late"))
    return Factor("longest_late", points, str(days), reason)


def _average_late(inputs: ScoreInputs) -> Factor:
    """One bad month is not a habit: the average tells them apart, and shares its points with the longest."""
    days = inputs.average_days_late
    if not inputs.instalments_due:
        return Factor("average_late", 0, "", "no_history")
    steps = ((0, 20), (2, 10), (7, 0), (30, -20))
    points = next((p for limit, p in steps if days <= limit), -40)
    shown = days.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Factor("average_late", points, str(shown), "days_late_on_average" if days else "never_late")


def _on_time(inputs: ScoreInputs) -> Factor:
    if not inputs.instalments_due:
        return Factor("paid_on_time", 0, "", "no_history")
    points = 60 * inputs.instalments_on_time // inputs.instalments_due
    return Factor("paid_on_time", points, f"{inputs.instalments_on_time}/{inputs.instalments_due}", "share_on_time")


def _months(inputs: ScoreInputs) -> Factor:
    points = min(inputs.months_as_client, _LONG_TERM_MONTHS)
    return Factor("months_as_client", points, str(inputs.months_as_client), "months" if points else "new_client")


def _share(inputs: ScoreInputs) -> Factor:
    percent = (inputs.instalment_share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    steps = ((Decimal("0.20"), 40), (Decimal(1) / 3, 10), (Decimal("0.50"), -25))
    points = next((p for limit, p in steps if inputs.instalment_share <= limit), -50)
    return Factor("instalment_share", points, f"{percent}%", "share_of_income")


def _elsewhere(inputs: ScoreInputs) -> Factor:
    if inputs.live_loans_elsewhere is None:
        return Factor("loans_elsewhere", 0, "", "not_known")
    points = -15 * min(inputs.live_loans_elsewhere, 3)
    return Factor("loans_elsewhere", points, str(inputs.live_loans_elsewhere), "live_loans" if points else "none")


def _enquiries(inputs: ScoreInputs) -> Factor:
    if inputs.enquiries_90_days is None:
        return Factor("enquiries", 0, "", "not_known")
    points = -5 * min(inputs.enquiries_90_days, 5)
    return Factor("enquiries", points, str(inputs.enquiries_90_days), "enquiries" if points else "none")


def _identity(inputs: ScoreInputs) -> Factor:
    seen = inputs.identity_seen
    return Factor("documents_seen", 26 if seen else 0, "", "seen" if seen else "not_seen")
