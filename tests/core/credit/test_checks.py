"""A product's checks: off, warn or block, at their bounds."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credit.affordability import Affordability, RiskFlag
from core.credit.checks import (
    STANDARD_CHECKS,
    Check,
    CheckFacts,
    CheckLimits,
    Finding,
    ProductChecks,
    Severity,
    blocks,
    income_change,
    run_checks,
)
from core.credit.exposure import Exposure
from core.errors import InvalidInput
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
ALL_WARN = ProductChecks(dict.fromkeys(Check, Severity.WARN))
LENT = Money.of("1000.01")
CLEAN = CheckFacts(LENT, FINE, AT_THE_LIMITS, Decimal("0.30"))
BAD = CheckFacts(
    LENT,
    replace(FINE, passes=False, flag=RiskFlag.HIGH),
    Exposure(live_loans=3, outstanding_band="up_to_5000", worst_days_late=31, enquiries_90_days=6),
    Decimal("0.31"),
)


def test_what_is_at_its_limit_does_not_fail() -> None:
    assert run_checks(ALL_WARN, CLEAN) == ()


def test_each_check_fails_above_its_limit_and_says_what_it_saw_and_what_it_allows() -> None:
    findings = run_checks(ALL_WARN, BAD)

    assert [(finding.check, finding.saw, finding.limit) for finding in findings] == [
        (Check.AFFORDABILITY, "0.3", "0.3333"),
        (Check.ONE_THIRD, "1000.01", "1000.00"),
        (Check.LIVE_LOANS_ELSEWHERE, "3", "2"),
        (Check.LATE_ELSEWHERE, "31", "30"),
        (Check.ENQUIRIES, "6", "5"),
        (Check.INCOME_MISMATCH, "0.31", "0.30"),
    ]


def test_blocks_come_first_and_what_is_off_or_not_named_says_nothing() -> None:
    checks = ProductChecks(
        {Check.ONE_THIRD: Severity.WARN, Check.ENQUIRIES: Severity.BLOCK, Check.AFFORDABILITY: Severity.OFF}
    )

    findings = run_checks(checks, BAD)

    assert [(finding.check, finding.severity) for finding in findings] == [
        (Check.ENQUIRIES, Severity.BLOCK),
        (Check.ONE_THIRD, Severity.WARN),
    ]
    assert blocks(findings)
    assert not blocks(findings[1:])


def test_what_is_not_known_does_not_fail() -> None:
    assert run_checks(ALL_WARN, CheckFacts(LENT, FINE, None, None)) == ()
    unknown = replace(AT_THE_LIMITS, enquiries_90_days=None)
    assert run_checks(ALL_WARN, CheckFacts(LENT, FINE, unknown, None)) == ()


def test_the_gate_blocks_with_every_product_unless_it_is_switched_off() -> None:
    assert [(found.check, found.severity) for found in run_checks(ProductChecks(), BAD)] == [
        (Check.AFFORDABILITY, Severity.BLOCK)
    ]
    assert {found.severity for found in run_checks(STANDARD_CHECKS, BAD)} == {Severity.BLOCK, Severity.WARN}
    assert len(run_checks(STANDARD_CHECKS, BAD)) == len(Check)


@pytest.mark.parametrize(
    ("stated", "last", "change"),
    [("6500", "5000", "0.3"), ("3500", "5000", "0.3"), ("6500.01", "5000", "0.3001"), ("0", "0", "0"), ("5", "0", "1")],
)
def test_a_change_of_income_counts_either_way(stated: str, last: str, change: str) -> None:
    assert income_change(Money.of(stated), Money.of(last)) == Decimal(change)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("live_loans_elsewhere", -1),
        ("days_late_elsewhere", 3_651),
        ("enquiries_90_days", 101),
        ("income_change", Decimal("10.1")),
    ],
)
def test_a_limit_outside_its_bounds_is_refused_by_its_name(field: str, value: int | Decimal) -> None:
    with pytest.raises(InvalidInput) as refused:
        CheckLimits(**{field: value})  # type: ignore[arg-type]

    assert refused.value.field == field


@given(
    st.dictionaries(st.sampled_from(Check), st.sampled_from(Severity)),
    st.integers(0, 100),
    st.decimals(0, 10, places=4),
)
def test_checks_are_kept_as_json_and_read_back_the_same(
    severities: dict[Check, Severity], count: int, change: Decimal
) -> None:
    checks = ProductChecks(severities, CheckLimits(live_loans_elsewhere=count, income_change=change))

    assert ProductChecks.from_json(json.loads(json.dumps(checks.to_json()))) == checks


def test_a_check_of_a_later_release_is_left_out_and_a_new_one_of_ours_is_off() -> None:
    kept = STANDARD_CHECKS.to_json()
    kept["severities"] |= {"astrology": "block"}
    del kept["severities"]["enquiries"]

    read = ProductChecks.from_json(kept)

    assert read.severities == STANDARD_CHECKS.severities | {Check.ENQUIRIES: Severity.OFF}  # type: ignore[operator]


def test_findings_are_kept_as_json_and_read_back_the_same() -> None:
    findings = run_checks(STANDARD_CHECKS, BAD)

    kept = json.loads(json.dumps([finding.to_json() for finding in findings]))

    assert tuple(Finding.from_json(one) for one in kept) == findings
