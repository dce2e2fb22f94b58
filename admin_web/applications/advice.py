"""The advice as the page shows it: as computed now while the application is open, as kept once it is decided.

A decision of last year is shown with the score and the figures that its maker saw, not with what they would be today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from admin_web import words
from admin_web.languages import Text
from core.credit.affordability import Affordability
from core.credit.checks import Finding
from core.credit.exposure import Exposure
from core.credit.scoring import Factor, Score
from core.records.application import OPEN_STATUSES, ScoreKept
from core.use_cases.reviewing import ApplicationFile


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor in words: what it is, its points with their sign, and why."""

    name: str
    points: str
    tone: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Advice:
    """Score, affordability, exposure and checks, and the business date that they are of.

    `is_kept`: as a past step saw it. `sharing` is how far the borrower shared their history; None for a step of a time
    when that was not kept.
    """

    score: int
    band: str
    version: str
    factors: Sequence[FactorLine]
    affordability: Affordability
    sharing: str | None
    exposure: Exposure | None
    findings: Sequence[Finding]
    on: date
    is_kept: bool


def advice_of(file: ApplicationFile) -> Advice:
    """The advice that belongs to the state of the application."""
    if file.application.status not in OPEN_STATUSES and file.scores:
        return _kept(file.scores[-1])
    return _current(file.assessment.score, file)


def _current(score: Score, file: ApplicationFile) -> Advice:
    return Advice(
        score=score.value,
        band=score.band,
        version=score.version,
        factors=[_line(factor) for factor in score.factors],
        affordability=file.assessment.affordability,
        sharing=file.assessment.sharing,
        exposure=file.assessment.exposure,
        findings=file.assessment.findings,
        on=file.business_on,
        is_kept=False,
    )


def _kept(kept: ScoreKept) -> Advice:
    return Advice(
        score=kept.score,
        band=kept.band,
        version=kept.scorecard_version,
        factors=[_line(Factor(**factor)) for factor in kept.factors],
        affordability=Affordability.from_json(kept.affordability),
        sharing=kept.sharing,
        exposure=Exposure.from_json(kept.exposure) if kept.exposure else None,
        findings=[Finding.from_json(finding) for finding in kept.findings],
        on=kept.business_on,
        is_kept=True,
    )


def _line(factor: Factor) -> FactorLine:
    tone = "good" if factor.points > 0 else "bad" if factor.points < 0 else "neutral"
    return FactorLine(
        name=words.word(words.FACTORS, factor.code),
        points=_signed(factor.points),
        tone=tone,
        reason=Text(words.word(words.FACTOR_REASONS, factor.reason), {"value": factor.value}),
    )


def _signed(points: int) -> str:
    """Points with a sign, and with a real minus, which is as wide as a digit."""
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"
