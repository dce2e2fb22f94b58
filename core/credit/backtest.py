"""Would the score have told them apart? Loans paid out, scored as at their decision, beside what became of them.

Only what was known then is read: the inputs that were kept with the decision, added up by today's card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from core.credit.checks import Check, Finding, Severity
from core.credit.scoring import SCORECARD_VERSION, Band, ScoreInputs, score

BAD_DAYS_LATE: Final = 30
_BANDS: Final = (Band.LOW, Band.MEDIUM, Band.HIGH)


@dataclass(frozen=True, slots=True)
class PaidOutLoan:
    """A loan that was paid out: what its decision knew, and what became of it by now.

    `inputs` and `findings` as they were kept; `worst_days_late` over every instalment that fell due.
    """

    inputs: Mapping[str, Any]
    findings: Sequence[Mapping[str, str]]
    is_closed: bool
    is_written_off: bool
    worst_days_late: int
    first_due_on: date | None

    @property
    def is_bad(self) -> bool:
        """Ever thirty days late or more, or given up as a loss."""
        return self.is_written_off or self.worst_days_late >= BAD_DAYS_LATE

    def is_young(self, on: date) -> bool:
        """Whether it is too early to tell: nothing of it has had the time to become that late."""
        if self.is_bad or self.is_closed:
            return False
        return self.first_due_on is None or self.first_due_on + timedelta(days=BAD_DAYS_LATE) > on


@dataclass(slots=True)
class Tally:
    """Loans with something in common: how many there are, are closed, went bad."""

    loans: int = 0
    closed: int = 0
    bad: int = 0

    def add(self, loan: PaidOutLoan) -> None:
        """Count one more."""
        self.loans += 1
        self.closed += loan.is_closed
        self.bad += loan.is_bad

    @property
    def bad_rate_percent(self) -> Decimal | None:
        """Bad loans of all, in percent with one decimal, half up; None where there are none."""
        if not self.loans:
            return None
        return (Decimal(self.bad) * 100 / self.loans).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(slots=True)
class Backtest:
    """The card against what happened. Each loan that is not young is in one band, and once in each factor.

    `factors` by a factor's code and its points, `overrides` by a check and its weight: loans approved in spite of it.
    """

    scorecard_version: str = SCORECARD_VERSION
    judged: Tally = field(default_factory=Tally)
    young: int = 0
    not_scored: int = 0
    bands: dict[Band, Tally] = field(default_factory=lambda: {band: Tally() for band in _BANDS})
    factors: dict[tuple[str, int], Tally] = field(default_factory=dict)
    overrides: dict[tuple[Check, Severity], Tally] = field(default_factory=dict)

    def add_all(self, loans: Iterable[PaidOutLoan], on: date) -> None:
        """Count loans as they stand on a day."""
        for loan in loans:
            self._add(loan, on)

    def _add(self, loan: PaidOutLoan, on: date) -> None:
        if loan.is_young(on):
            self.young += 1
            return
        self.judged.add(loan)
        for kept in loan.findings:
            finding = Finding.from_json(kept)
            self.overrides.setdefault((finding.check, finding.severity), Tally()).add(loan)
        try:
            inputs = ScoreInputs.from_json(loan.inputs)
        except KeyError:
            # An older card read less than today's, which cannot be made up afterwards.
            self.not_scored += 1
            return
        scored = score(inputs)
        self.bands[scored.band].add(loan)
        for factor in scored.factors:
            self.factors.setdefault((factor.code, factor.points), Tally()).add(loan)
