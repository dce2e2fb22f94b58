"""A product's checks: off, warn or block, at their bounds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.credit.affordability import Affordability, RiskFlag
from core.credit.checks import Check, CheckFacts, CheckLimits, Severity, run_checks
from core.credit.exposure import Exposure
from core.money import ZERO, Money

FINE = Affordability(
    net_pay=Money.of("3000"),
    existing_instalments=ZERO,
    new_instalment=Money.of("900"),
    share=Decimal("0.3"),
    limit=Decimal("0.3333"),
    passes=True,
    passing_amount=Money.of("900"),
    flag=RiskFlag.LOW,
)
AT_THE_LIMITS = Exposure(live_loans=2, outstanding_band="up_to_5000", worst_days_late=30, enquiries_90_days=5)
LIMITS = CheckLimits()
ALL_WARN = dict.fromkeys(Check, Severity.WARN)
CLEAN = CheckFacts(FINE, AT_THE_LIMITS, Decimal("0.30"))
BAD = CheckFacts(
    replace(FINE, passes=False, flag=RiskFlag.HIGH),
    Exposure(live_loans=3, outstanding_band="up_to_5000", worst_days_late=31, enquiries_90_days=6),
    Decimal("0.31"),
)


def test_what_is_at_its_limit_does_not_fail() -> None:
    assert run_checks(ALL_WARN, LIMITS, CLEAN) == ()


def test_each_check_fails_above_its_limit_and_says_what_it_saw() -> None:
    findings = run_checks(ALL_WARN, LIMITS, BAD)

    assert {finding.check: finding.saw for finding in findings} == {
        Check.AFFORDABILITY: "0.3",
        Check.ONE_THIRD: "high",
        Check.LIVE_LOANS_ELSEWHERE: "3",
        Check.LATE_ELSEWHERE: "31",
        Check.ENQUIRIES: "6",
        Check.INCOME_MISMATCH: "0.31",
    }


def test_blocks_come_first_and_what_is_off_or_not_named_says_nothing() -> None:
    severities = {Check.ONE_THIRD: Severity.WARN, Check.ENQUIRIES: Severity.BLOCK, Check.AFFORDABILITY: Severity.OFF}

    findings = run_checks(severities, LIMITS, BAD)

    assert [(finding.check, finding.severity) for finding in findings] == [
        (Check.ENQUIRIES, Severity.BLOCK),
        (Check.ONE_THIRD, Severity.WARN),
    ]


def test_what_is_not_known_does_not_fail() -> None:
    assert run_checks(ALL_WARN, LIMITS, CheckFacts(FINE, None, None)) == ()
    unknown = replace(AT_THE_LIMITS, enquiries_90_days=None)
    assert run_checks(ALL_WARN, LIMITS, CheckFacts(FINE, unknown, None)) == ()
