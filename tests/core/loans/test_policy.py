"""A product's rules: what they default to, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from core.errors import InvalidInput
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.policy import Cap, InvalidPolicy, LateFeeRule, PayoffInterest, Policy
from core.money import LARGEST_MINOR, Money, Rounding


def test_an_empty_object_is_the_default_policy() -> None:
    assert Policy.from_json({}) == Policy()
    assert Policy().due_order == (Part.PENALTY, Part.FEE, Part.INTEREST, Part.PRINCIPAL)


def test_every_rule_is_read() -> None:
    policy = Policy.from_json(
        {
            "allocation": {"due": ["interest", "principal", "fee", "penalty"]},
            "late_fee": {"percent": "1.5", "of": "principal", "after_days": 3},
            "arrears_interest_percent": "12",
            "cap": "interest_and_fees",
            "payoff_interest": "period_end",
        }
    )

    assert policy == Policy(
        due_order=(Part.INTEREST, Part.PRINCIPAL, Part.FEE, Part.PENALTY),
        advance_order=(Part.INTEREST, Part.PRINCIPAL, Part.FEE, Part.PENALTY),
        late_fee=LateFeeRule(None, Decimal("1.5"), with_interest=False, after_days=3),
        arrears_interest_percent=Decimal(12),
        cap=Cap.INTEREST_AND_FEES,
        payoff_interest=PayoffInterest.PERIOD_END,
    )


def test_money_in_advance_may_have_its_own_order() -> None:
    policy = Policy.from_json({"allocation": {"advance": ["principal", "penalty", "fee", "interest"]}})

    assert policy.due_order == DEFAULT_ORDER
    assert policy.advance_order[0] is Part.PRINCIPAL


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"allocation": {"due": ["penalty"]}}, "allocation"),
        ({"allocation": {"due": ["penalty", "fee", "interest", "interest"]}}, "allocation"),
        ({"allocation": {"due": "penalty"}}, "allocation"),
        ({"allocation": {"due": ["tip"]}}, "allocation"),
        ({"allocation": {"late": []}}, "late"),
        ({"allocation": []}, "allocation"),
        ({"late_fee": {}}, "late_fee"),
        ({"late_fee": {"amount": "1", "percent": "1"}}, "late_fee"),
        ({"late_fee": {"amount": "0"}}, "late_fee"),
        ({"late_fee": {"percent": "101"}}, "late_fee"),
        ({"late_fee": {"amount": "1", "after_days": 367}}, "late_fee"),
        ({"late_fee": {"amount": "1", "of": "everything"}}, "late_fee"),
        ({"late_fee": {"amount": "1", "off": "x"}}, "late_fee"),
        ({"late_fee": 15}, "late_fee"),
        ({"arrears_interest_percent": "-1"}, "arrears_interest_percent"),
        ({"cap": "none"}, "cap"),
        ({"payoff_interest": "none"}, "payoff_interest"),
    ],
)
def test_rules_that_no_loan_can_run_by_are_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Policy.from_json(fields)

    assert refused.value.field == field


def test_a_late_fee_is_bounded() -> None:
    with pytest.raises(InvalidPolicy):
        LateFeeRule(Money(LARGEST_MINOR + 1), None, with_interest=True, after_days=0)


def test_fineract_late_fee_anchors_of_one_and_a_half_percent() -> None:
    """Apache Fineract: 15.00 on a late principal of 1,000.00, 15.45 on 1,030.00 with its interest."""
    rule = LateFeeRule(None, Decimal("1.5"), with_interest=True, after_days=0)

    assert rule.on(Money.of("1000"), Rounding.HALF_EVEN) == Money.of("15")
    assert rule.on(Money.of("1030"), Rounding.HALF_EVEN) == Money.of("15.45")
    assert rule.on(Money(0), Rounding.HALF_EVEN) == Money(0)


def test_a_fixed_late_fee_does_not_depend_on_the_amount() -> None:
    rule = LateFeeRule(Money.of("50"), None, with_interest=False, after_days=0)

    assert rule.on(Money(1), Rounding.HALF_EVEN) == Money.of("50")


@pytest.mark.parametrize(
    "late_fee",
    [
        None,
        LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0),
        LateFeeRule(None, Decimal("1.5"), with_interest=False, after_days=3),
    ],
)
def test_the_rules_that_are_kept_are_read_back(late_fee: LateFeeRule | None) -> None:
    policy = Policy(
        due_order=(Part.INTEREST, Part.PRINCIPAL, Part.FEE, Part.PENALTY),
        late_fee=late_fee,
        arrears_interest_percent=Decimal("12.5"),
        cap=Cap.INTEREST_AND_FEES,
        payoff_interest=PayoffInterest.PERIOD_END,
    )

    assert Policy.from_json(json.loads(json.dumps(policy.to_json()))) == policy
