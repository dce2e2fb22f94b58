"""Money: exact in, exact out, and read the way people write it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.money import LARGEST_MINOR, LSL, ZERO, Currency, Money, total

amounts = st.integers(-LARGEST_MINOR, LARGEST_MINOR).map(Money)


@pytest.mark.parametrize(
    ("text", "minor"), [("150.00", 15_000), ("0.01", 1), (150, 15_000), (Decimal("1.5"), 150), ("-2.50", -250)]
)
def test_a_decimal_amount_becomes_lisente(text: str | int | Decimal, minor: int) -> None:
    assert Money.of(text) == Money(minor)


@pytest.mark.parametrize("text", ["", "1,000", "M5", "1.001", "NaN", "Infinity", "1e20", "100000000000.01"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Money.of(text)

    assert refused.value.field == "amount"


def test_the_largest_amount_is_itself_allowed() -> None:
    assert Money.of("100000000000.00") == Money(LARGEST_MINOR)


@pytest.mark.parametrize("text", ["100000000000.01", "-100000000000.01", "1e300"])
def test_an_amount_past_the_largest_is_refused_with_the_largest(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"at most M100,000,000,000\.00"):
        Money.of(text)


def test_a_currency_with_another_exponent_reads_its_own_decimals() -> None:
    yen = Currency("JPY", "¥", 0)

    assert Money.of("150", currency=yen) == Money(150)
    with pytest.raises(InvalidInput, match="at most 0 decimals"):
        Money.of("150.5", currency=yen)


@pytest.mark.parametrize(
    ("minor", "people", "machines"),
    [
        (123_450, "M1,234.50", "1234.50"),
        (0, "M0.00", "0.00"),
        (5, "M0.05", "0.05"),
        (-123_450, "-M1,234.50", "-1234.50"),
        (99_999_999, "M999,999.99", "999999.99"),
    ],
)
def test_people_and_machines_read_it_their_own_way(minor: int, people: str, machines: str) -> None:
    assert str(Money(minor)) == people
    assert Money(minor).plain == machines


@given(amounts)
def test_what_machines_wrote_they_read_back(amount: Money) -> None:
    assert Money.of(amount.plain) == amount


@given(amounts, amounts)
def test_sums_differences_and_order_are_those_of_whole_numbers(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert ZERO - one == -one
    assert (one < other) == (one.minor < other.minor)
    assert total([one, other, ZERO]) == one + other
    assert bool(one) == (one != ZERO)


def test_nothing_sums_to_zero() -> None:
    assert total([]) == ZERO
    assert LSL.exponent == 2
