"""Rounding: every mode on both sides of a tie, multiples, and parts that sum to the whole."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loans.exact import MultipleRounding, round_exact, round_to_multiple, spread_evenly
from core.money import Money, Rounding, total

MODES = st.sampled_from(Rounding)
DECIMAL_MODES = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@pytest.mark.parametrize(
    ("value", "half_even", "half_up", "up", "down"),
    [
        ("0.4", 0, 0, 1, 0),
        ("0.5", 0, 1, 1, 0),
        ("1.5", 2, 2, 2, 1),
        ("2.5", 2, 3, 3, 2),
        ("2.6", 3, 3, 3, 2),
        ("-0.5", 0, -1, -1, 0),
        ("-2.5", -2, -3, -3, -2),
        ("7", 7, 7, 7, 7),
    ],
)
def test_each_mode_rounds_a_tie_its_own_way(value: str, half_even: int, half_up: int, up: int, down: int) -> None:
    exact = Fraction(value)

    assert round_exact(exact, Rounding.HALF_EVEN) == half_even
    assert round_exact(exact, Rounding.HALF_UP) == half_up
    assert round_exact(exact, Rounding.UP) == up
    assert round_exact(exact, Rounding.DOWN) == down


@given(st.decimals(-(10**9), 10**9, places=4), MODES)
def test_fractions_round_as_decimals_do(value: Decimal, mode: Rounding) -> None:
    assert round_exact(Fraction(value), mode) == value.to_integral_value(DECIMAL_MODES[mode])


@pytest.mark.parametrize(
    ("minor", "how", "mode", "expected"),
    [
        ("1249", MultipleRounding.NEAREST, Rounding.UP, 1200),
        ("1251", MultipleRounding.NEAREST, Rounding.DOWN, 1300),
        ("1250", MultipleRounding.NEAREST, Rounding.HALF_EVEN, 1200),
        ("1350", MultipleRounding.NEAREST, Rounding.HALF_EVEN, 1400),
        ("1250", MultipleRounding.NEAREST, Rounding.HALF_UP, 1300),
        ("1250", MultipleRounding.NEAREST, Rounding.DOWN, 1200),
        ("1201", MultipleRounding.UP, Rounding.HALF_EVEN, 1300),
        ("1299", MultipleRounding.DOWN, Rounding.HALF_EVEN, 1200),
        ("1200", MultipleRounding.UP, Rounding.HALF_EVEN, 1200),
    ],
)
def test_a_multiple_is_the_nearest_the_next_or_the_one_below(
    minor: str, how: MultipleRounding, mode: Rounding, expected: int
) -> None:
    assert round_to_multiple(Fraction(minor), Money(100), how, mode) == Money(expected)


@given(st.integers(0, 10**9), st.integers(1, 400), MODES)
def test_parts_sum_to_the_whole_and_none_is_negative(minor: int, parts: int, mode: Rounding) -> None:
    spread = spread_evenly(Money(minor), parts, mode)

    assert len(spread) == parts
    assert total(spread) == Money(minor)
    assert min(spread) >= Money(0)
