"""How each method spreads principal and interest: graces, multiples, residues, and the row that a refusal names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.loans.exact import MultipleRounding
from core.loans.schedule import Schedule, schedule
from core.loans.terms import DayCount, InvalidTerms, LoanTerms, Method, Residue
from core.money import Money
from tests.core.loans.plans import column, terms

# Graces


def test_the_rows_after_the_grace_share_the_principal_evenly() -> None:
    equal = schedule(terms("1200", "12", 4, method=Method.EQUAL_PRINCIPAL, principal_grace=2))
    flat = schedule(terms("1200", "12", 4, method=Method.FLAT, principal_grace=2))

    assert column(equal, "principal") == ["0.00", "0.00", "600.00", "600.00"]
    assert column(equal, "interest") == ["12.00", "12.00", "12.00", "6.00"]
    assert column(flat, "principal") == ["0.00", "0.00", "600.00", "600.00"]
    assert column(flat, "interest") == ["12.00", "12.00", "12.00", "12.00"]


def test_the_rows_that_are_not_free_share_flat_interest_evenly() -> None:
    plan = schedule(terms("1200", "12", 4, method=Method.FLAT, interest_free=2))

    assert column(plan, "interest") == ["0.00", "0.00", "12.00", "12.00"]
    assert plan.level_instalment == Money.of("312")


# Multiples


def test_the_level_instalment_goes_to_the_multiple_that_was_asked() -> None:
    levels = {
        how: schedule(
            terms("1000", "24", 12, instalment_multiple=Money.of("5"), instalment_rounding=how)
        ).level_instalment
        for how in MultipleRounding
    }

    assert levels == {
        MultipleRounding.NEAREST: Money.of("95"),
        MultipleRounding.UP: Money.of("95"),
        MultipleRounding.DOWN: Money.of("90"),
    }


def test_equal_principal_rounds_the_principal_to_the_multiple() -> None:
    plan = schedule(terms("1000", "12", 3, method=Method.EQUAL_PRINCIPAL, instalment_multiple=Money.of("50")))

    assert column(plan, "principal") == ["350.00", "350.00", "300.00"]
    assert plan.level_instalment is None


@pytest.mark.parametrize(
    ("method", "multiple", "how"),
    [
        (Method.EMI, "500", MultipleRounding.UP),
        (Method.EMI, "80", MultipleRounding.DOWN),
        (Method.EQUAL_PRINCIPAL, "500", MultipleRounding.UP),
        (Method.EQUAL_PRINCIPAL, "500", MultipleRounding.DOWN),
        (Method.FLAT, "1000", MultipleRounding.UP),
    ],
)
def test_a_multiple_that_leaves_a_row_without_principal_is_an_error_on_that_field(
    method: Method, multiple: str, how: MultipleRounding
) -> None:
    with pytest.raises(InvalidTerms) as refused:
        schedule(
            terms("1000", "96", 12, method=method, instalment_multiple=Money.of(multiple), instalment_rounding=how)
        )

    assert refused.value.field == "instalment_multiple"


def test_a_row_without_principal_is_named_with_what_it_lacks() -> None:
    of_500 = terms("1000", "12", 3, method=Method.EQUAL_PRINCIPAL, instalment_multiple=Money.of("500"))
    too_little = replace(of_500, instalment_rounding=MultipleRounding.DOWN)
    too_much = replace(of_500, instalment_rounding=MultipleRounding.UP)

    assert refusal(too_little) == ("instalment_multiple", "row 1 pays no principal")
    assert refusal(too_much) == ("instalment_multiple", "row 2 leaves none for later rows")


def test_a_level_that_cannot_pay_its_interest_names_what_made_it_so() -> None:
    free_for_long = terms("1000", "60", 12, interest_free=9)
    never_ending = terms("1000", "300", 80)

    assert refusal(free_for_long) == ("interest_free", "row 9 leaves none for later rows")
    assert refusal(never_ending) == ("periods", "row 1 pays no principal")


def test_a_long_first_period_is_named_only_where_days_are_counted() -> None:
    by_days = terms("1000", "60", 12, day_count=DayCount.ACTUAL_365, first_due_on=date(2025, 1, 1))
    all_alike = terms("1000", "300", 80, first_due_on=date(2025, 1, 1))
    none_broken = terms("1000", "300", 80, day_count=DayCount.ACTUAL_365)

    assert refusal(by_days)[0] == "first_due_on"
    assert refusal(all_alike)[0] == "periods"
    assert refusal(none_broken)[0] == "periods"


def refusal(wanted: LoanTerms) -> tuple[str | None, str]:
    """The field that it names, and what it says of which row."""
    with pytest.raises(InvalidTerms) as refused:
        schedule(wanted)
    return refused.value.field, refused.value.message.partition(":")[0]


# The residue


def test_levelling_shares_the_last_rows_difference_out() -> None:
    last = terms("500000", "12", 18, day_count=DayCount.ACTUAL_365)

    assert level_and_last(last) == ("30491.02", "30498.72")
    assert level_and_last(replace(last, residue=Residue.LEVELLED)) == ("30491.45", "30490.72")


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(terms("100", "7", 6), id="a lisente"),
        pytest.param(
            terms("100", "12", 4, principal_grace=2, day_count=DayCount.ACTUAL_365),
            id="half a lisente a row, which the next level would pay to the last one",
        ),
    ],
)
def test_levelling_leaves_a_small_difference_alone(wanted: LoanTerms) -> None:
    assert schedule(replace(wanted, residue=Residue.LEVELLED)) == levelled_as_last(wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(
            terms("1000", "24", 12, instalment_multiple=Money.of("5"), instalment_rounding=MultipleRounding.UP),
            id="the multiple does not move",
        ),
        pytest.param(terms("366.31", "60", 3), id="the next level is as far off"),
        pytest.param(terms("108.05", "24", 3), id="the next level is farther off"),
        pytest.param(terms("11.44", "220", 18), id="the next level leaves a row without principal"),
    ],
)
def test_levelling_stands_back_where_it_cannot_narrow_the_difference(wanted: LoanTerms) -> None:
    assert schedule(replace(wanted, residue=Residue.LEVELLED)) == levelled_as_last(wanted)


def levelled_as_last(wanted: LoanTerms) -> Schedule:
    """Its schedule with the residue on the last row, told as that of the levelled terms."""
    return replace(schedule(wanted), terms=replace(wanted, residue=Residue.LEVELLED))


def level_and_last(wanted: LoanTerms) -> tuple[str, str]:
    plan = schedule(wanted)
    assert plan.level_instalment is not None
    return plan.level_instalment.plain, plan.rows[-1].total.plain
