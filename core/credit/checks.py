"""A product's credit checks: each is off, warns, or blocks, and says what it saw and what it allows.

They advise the person who decides and decline nobody by themselves. Who approves in spite of a warning says why; a
block is approved by the next role alone, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from core.credit.affordability import Affordability, RiskFlag, one_third_of
from core.credit.exposure import Exposure
from core.errors import InvalidInput
from core.money import Money

COUNT_LIMIT_MAX: Final = 100
DAYS_LIMIT_MAX: Final = 3_650
INCOME_CHANGE_MAX: Final = Decimal(10)


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

    def __post_init__(self) -> None:
        bounds: tuple[tuple[str, int | Decimal], ...] = (
            ("live_loans_elsewhere", COUNT_LIMIT_MAX),
            ("days_late_elsewhere", DAYS_LIMIT_MAX),
            ("enquiries_90_days", COUNT_LIMIT_MAX),
            ("income_change", INCOME_CHANGE_MAX),
        )
        for name, most in bounds:
            if not 0 <= getattr(self, name) <= most:
                raise InvalidInput(f"{name} is from 0 to {most}", field=name)


@dataclass(frozen=True, slots=True)
class ProductChecks:
    """How much each check weighs with a product, and the bounds. A check that is not named is off.

    The default is the one gate that every product has: what the borrower cannot carry is blocked.
    """

    severities: Mapping[Check, Severity] = field(default_factory=lambda: {Check.AFFORDABILITY: Severity.BLOCK})
    limits: CheckLimits = CheckLimits()

    def __post_init__(self) -> None:
        every = {check: self.severities.get(check, Severity.OFF) for check in Check}
        object.__setattr__(self, "severities", every)

    def to_json(self) -> dict[str, Any]:
        """The checks as they are kept with a version of a product."""
        limits = asdict(self.limits) | {"income_change": str(self.limits.income_change)}
        severities = {check.value: severity.value for check, severity in self.severities.items()}
        return {"severities": severities, "limits": limits}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ProductChecks:
        """The checks of a version of a product; a check that this release does not know is left out."""
        known = {Check(name): Severity(weight) for name, weight in kept["severities"].items() if name in set(Check)}
        limits = dict(kept["limits"])
        return cls(known, CheckLimits(**limits | {"income_change": Decimal(limits["income_change"])}))


STANDARD_CHECKS: Final = ProductChecks(dict.fromkeys(Check, Severity.WARN) | {Check.AFFORDABILITY: Severity.BLOCK})
"""What a lender's file means that says nothing about checks: every check is on, and the gate blocks."""


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What is known of an application. None: not known, and then its checks do not fail.

    `amount` is what would be lent. `income_change` is how far the stated income is from the last one, either way, as a
    fraction of that.
    """

    amount: Money
    affordability: Affordability
    exposure: Exposure | None
    income_change: Decimal | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed, how much it weighs with this product, the figure that it saw and the most that it allows.

    Both figures are exact decimals as text: fractions of one for shares, maloti for amounts, else counts or days.
    """

    check: Check
    severity: Severity
    saw: str
    limit: str

    def to_json(self) -> dict[str, str]:
        """The finding as it is kept with a decision."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Finding:
        """The finding as a decision saw it."""
        return cls(Check(kept["check"]), Severity(kept["severity"]), kept["saw"], kept["limit"])


def run_checks(checks: ProductChecks, facts: CheckFacts) -> tuple[Finding, ...]:
    """The checks that fail, blocks first, else in the order of `Check`. One that is off says nothing."""
    failing = _failing(checks.limits, facts)
    findings = [
        Finding(check, checks.severities[check], *failing[check])
        for check in Check
        if check in failing and checks.severities[check] is not Severity.OFF
    ]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.BLOCK))


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether any of them blocks."""
    return any(finding.severity is Severity.BLOCK for finding in findings)


def income_change(stated: Money, last_stated: Money) -> Decimal:
    """How far an income is from the one stated before, either way, as a fraction of that; one where that was nothing.

    To four decimals, up: what is above a limit by a hair is above it still.
    """
    if not last_stated.minor:
        return Decimal(1 if stated.minor else 0)
    parts = -(-abs(stated.minor - last_stated.minor) * 10_000 // last_stated.minor)
    return Decimal(parts).scaleb(-4)


def _failing(limits: CheckLimits, facts: CheckFacts) -> dict[Check, tuple[str, str]]:
    failing: dict[Check, tuple[str, str]] = {}
    weighed = facts.affordability
    if not weighed.passes:
        failing[Check.AFFORDABILITY] = str(weighed.share), str(weighed.limit)
    if weighed.flag is RiskFlag.HIGH:
        failing[Check.ONE_THIRD] = facts.amount.plain, one_third_of(weighed.net_pay).plain
    if facts.exposure is not None:
        failing |= _failing_elsewhere(limits, facts.exposure)
    if facts.income_change is not None and facts.income_change > limits.income_change:
        failing[Check.INCOME_MISMATCH] = str(facts.income_change), str(limits.income_change)
    return failing


def _failing_elsewhere(limits: CheckLimits, exposure: Exposure) -> dict[Check, tuple[str, str]]:
    seen = (
        (Check.LIVE_LOANS_ELSEWHERE, exposure.live_loans, limits.live_loans_elsewhere),
        (Check.LATE_ELSEWHERE, exposure.worst_days_late, limits.days_late_elsewhere),
        (Check.ENQUIRIES, exposure.enquiries_90_days, limits.enquiries_90_days),
    )
    return {check: (str(saw), str(limit)) for check, saw, limit in seen if saw is not None and saw > limit}
