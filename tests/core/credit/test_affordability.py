"""Affordability: the share, the limit, the amount that would pass, and the one-third flag."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credit.affordability import Affordability, RiskFlag, assess_affordability, one_third_flag, one_third_of
from core.money import ZERO, Money

THIRD = Decimal(1) / 3


def assess(amount: str, net_pay: str, existing: str = "0", limit: Decimal = THIRD, parts: int = 6) -> Affordability:
    return assess_affordability(
        amount=Money.of(amount),
        net_pay=Money.of(net_pay),
        existing_instalments=Money.of(existing),
        limit=limit,
        lowest=Money.of("500"),
        step=Money.of("100"),
        instalment_of=lambda asked: Money(-(-asked.minor // parts)),
    )


def test_an_instalment_of_exactly_the_limit_passes() -> None:
    at_the_limit = assess("6000", "3000")
    above = assess("6000.06", "3000")

    assert at_the_limit.passes
    assert at_the_limit.share == Decimal("0.3333")
    assert at_the_limit.passing_amount == Money.of("6000")
    assert not above.passes


def test_running_instalments_take_their_part_of_the_room() -> None:
    weighed = assess("6000", "3000", existing="400")

    assert not weighed.passes
    assert weighed.share == Decimal("0.4667")
    assert weighed.passing_amount == Money.of("3600")


def test_the_passing_amount_is_a_step_of_the_product() -> None:
    assert assess("9950", "3000").passing_amount == Money.of("6000")
    assert assess("9950", "3010").passing_amount == Money.of("6000")


@pytest.mark.parametrize("step", range(20))
def test_each_step_of_the_product_is_the_passing_amount_of_some_pay(step: int) -> None:
    largest = 500 + 100 * step

    assert assess("2500", str(largest), limit=Decimal(1), parts=1).passing_amount == Money.of(str(largest))


def test_an_amount_that_passes_is_its_own_passing_amount() -> None:
    assert assess("550", "3000").passing_amount == Money.of("550")


@pytest.mark.parametrize(
    ("amount", "net_pay", "passing"),
    [
        ("9950", "250.02", "500"),  # the lowest comes to the limit to the lisente
        ("500", "3000", "500"),
        ("550", "275.01", "550"),  # no step of the product, and at the limit to the lisente
        ("550", "275.00", "500"),
    ],
)
def test_the_lowest_and_the_amount_asked_may_pass_at_the_limit(amount: str, net_pay: str, passing: str) -> None:
    assert assess(amount, net_pay).passing_amount == Money.of(passing)


@pytest.mark.parametrize(("amount", "net_pay"), [("6000", "200"), ("400", "3000"), ("600", "0")])
def test_nothing_passes_below_the_products_lowest(amount: str, net_pay: str) -> None:
    assert assess(amount, net_pay).passing_amount == ZERO


def test_without_net_pay_the_share_is_whole() -> None:
    weighed = assess("600", "0")

    assert weighed.share == Decimal(1)
    assert not weighed.passes


def test_the_flag_is_high_above_one_third_of_net_pay() -> None:
    assert one_third_flag(Money.of("1000"), Money.of("3000")) is RiskFlag.LOW
    assert one_third_flag(Money.of("1000.01"), Money.of("3000")) is RiskFlag.HIGH


@pytest.mark.parametrize(("net_pay", "most"), [("3000", "1000"), ("3000.02", "1000"), ("0.02", "0")])
def test_one_third_is_the_most_that_is_not_flagged(net_pay: str, most: str) -> None:
    assert one_third_of(Money.of(net_pay)) == Money.of(most)
    assert one_third_flag(Money.of(most), Money.of(net_pay)) is RiskFlag.LOW
    assert one_third_flag(Money.of(most) + Money(1), Money.of(net_pay)) is RiskFlag.HIGH


def test_the_figures_are_kept_as_json() -> None:
    kept = assess("6000", "3000").to_json()

    assert json.loads(json.dumps(kept)) == {
        "net_pay": "3000.00",
        "existing_instalments": "0.00",
        "new_instalment": "1000.00",
        "share": "0.3333",
        "limit": str(THIRD),
        "passes": True,
        "passing_amount": "6000.00",
        "flag": "high",
    }


def test_the_figures_are_read_back_as_a_decision_saw_them() -> None:
    for weighed in (assess("6000", "3000"), assess("6000", "3000", existing="12.34")):
        assert Affordability.from_json(json.loads(json.dumps(weighed.to_json()))) == weighed


@given(st.integers(500, 20_000), st.integers(0, 50_000), st.integers(0, 5_000))
def test_the_passing_amount_passes_and_a_step_more_does_not(amount: int, net_pay: int, existing: int) -> None:
    weighed = assess(str(amount), str(net_pay), str(existing))
    passing = weighed.passing_amount

    assert passing <= Money.of(str(amount))
    if passing:
        assert assess(passing.plain, str(net_pay), str(existing)).passes
    more = passing + Money.of("100")
    if Money.of("500") <= more <= Money.of(str(amount)):
        assert not assess(more.plain, str(net_pay), str(existing)).passes
