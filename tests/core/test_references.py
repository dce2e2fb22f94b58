"""Reference numbers: a slip of the thumb is known at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.references import InvalidReference, Reference, damm_digit

references = st.builds(
    lambda cell, body: Reference.make(cell, lambda _: body), st.integers(10, 99), st.integers(0, 9_999_999)
)


def test_damms_own_example_has_the_check_digit_4() -> None:
    """H. Michael Damm's worked example: 572 is written 5724."""
    assert damm_digit("572") == 4
    assert damm_digit("5724") == 0


@given(references)
def test_a_reference_is_ten_digits_that_a_person_may_type_with_gaps(reference: Reference) -> None:
    assert len(str(reference)) == 10
    assert Reference.parse(f" {reference.spaced} ") == reference
    assert Reference.parse("-".join((str(reference)[:5], str(reference)[5:]))) == reference


@given(references, st.integers(0, 9), st.integers(1, 9))
def test_any_single_wrong_digit_is_caught(reference: Reference, place: int, slip: int) -> None:
    digits = list(reference.digits)
    digits[place] = str((int(digits[place]) + slip) % 10)

    with pytest.raises(InvalidReference):
        Reference.parse("".join(digits))


@given(references, st.integers(0, 8))
def test_any_swap_of_neighbours_is_caught(reference: Reference, place: int) -> None:
    digits = list(reference.digits)
    digits[place], digits[place + 1] = digits[place + 1], digits[place]

    if digits != list(reference.digits):
        with pytest.raises(InvalidReference):
            Reference.parse("".join(digits))


@pytest.mark.parametrize("typed", ["", "123456789", "12345678901", "12345abcde", "१२३४५६७८९०", "0000000001"])
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(typed)

    assert refused.value.field == "reference"


def test_it_routes_by_its_district_cell() -> None:
    assert Reference.make(42, lambda below: below - 1).cell_number == 42


@pytest.mark.parametrize("cell", [9, 100])
def test_a_cell_has_two_digits(cell: int) -> None:
    with pytest.raises(ValueError, match="10 to 99"):
        Reference.make(cell, lambda _: 0)
