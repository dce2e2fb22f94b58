"""A product's credit checks: each is off, warns, or blocks, and says what it saw. They advise the person who decides.

A warning is overridden with a note; a block needs the next role. Neither declines anybody by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.credit.affordability import Affordability, RiskFlag
from core.credit.exposure import Exposure


class Severity(StrEnum):
    """What a check that fails does."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class Check(StrEnum):
    """What can be checked."""

    AFFORDABILITY = "affordability"
    ONE_THIRD = "one_third"
    LIVE_LOANS_ELSEWHERE = "live_loans_elsewhere"
    LATE_ELSEWHERE = "late_elsewhere"
    ENQUIRIES = "enquiries"
    INCOME_MISMATCH = "income_mismatch"


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """The product's bounds: what lies above one fails. `income_change` is a fraction of the last stated income."""

    live_loans_elsewhere: int = 2
    days_late_elsewhere: int = 30
    enquiries_90_days: int = 5
    income_change: Decimal = Decimal("0.30")


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What is known of an application. None: not known, and then its checks do not fail.

    `income_change` is how far the stated income is from the last one, either way, as a fraction of that.
    """

    affordability: Affordability
    exposure: Exposure | None
    income_change: Decimal | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed, how much it weighs with this product, and the figure that it saw."""

    check: Check
    severity: Severity
    saw: str


def run_checks(severities: Mapping[Check, Severity], limits: CheckLimits, facts: CheckFacts) -> tuple[Finding, ...]:
    """The checks that fail, blocks first. A check that the product does not name is off."""
    failing = _failing(limits, facts)
    findings = [
        Finding(check, severities[check], saw)
        for check, saw in failing.items()
        if severities.get(check, Severity.OFF) is not Severity.OFF
    ]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.BLOCK))


def _failing(limits: CheckLimits, facts: CheckFacts) -> dict[Check, str]:
    failing: dict[Check, str] = {}
    if not facts.affordability.passes:
        failing[Check.AFFORDABILITY] = str(facts.affordability.share)
    if facts.affordability.flag is RiskFlag.HIGH:
        failing[Check.ONE_THIRD] = str(facts.affordability.flag)
    if facts.exposure is not None:
        failing |= _failing_elsewhere(limits, facts.exposure)
    if facts.income_change is not None and facts.income_change > limits.income_change:
        failing[Check.INCOME_MISMATCH] = str(facts.income_change)
    return failing


def _failing_elsewhere(limits: CheckLimits, exposure: Exposure) -> dict[Check, str]:
    failing: dict[Check, str] = {}
    if exposure.live_loans > limits.live_loans_elsewhere:
        failing[Check.LIVE_LOANS_ELSEWHERE] = str(exposure.live_loans)
    if exposure.worst_days_late > limits.days_late_elsewhere:
        failing[Check.LATE_ELSEWHERE] = str(exposure.worst_days_late)
    enquiries = exposure.enquiries_90_days
    if enquiries is not None and enquiries > limits.enquiries_90_days:
        failing[Check.ENQUIRIES] = str(enquiries)
    return failing
