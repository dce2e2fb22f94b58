"""Terms: what is refused, with the field at fault, and the JSON that the contract and the calculator share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.errors import InvalidInput
from core.loans.fields import read_document
from core.loans.terms import FEES_MAX, PERIODS_MAX, Fee, FeeTiming, InvalidTerms, LoanTerms
from core.money import LARGEST_MINOR, Money, Rounding

TERMS = LoanTerms(
    principal=Money.of("1000"), annual_rate_percent=Decimal("24.5"), periods=6, disbursed_on=date(2026, 1, 31)
)
LEAST = {
    "principal": "1000",
    "annual_rate_percent": "24.5",
    "method": "emi",
    "periods": 6,
    "period_unit": "month",
    "disbursed_on": "2026-01-31",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal", Money(0)),
        ("principal", Money(-1)),
        ("principal", Money(LARGEST_MINOR + 1)),
        ("annual_rate_percent", Decimal("-0.01")),
        ("annual_rate_percent", Decimal("NaN")),
        ("annual_rate_percent", Decimal("10000.01")),
        ("annual_rate_percent", Decimal("1.00000000001")),
        ("periods", 0),
        ("periods", PERIODS_MAX + 1),
        ("period_every", 0),
        ("period_every", 367),
        ("first_due_on", date(2026, 1, 31)),
        ("first_due_on", date(2025, 12, 31)),
        ("instalment_multiple", Money(0)),
        ("principal_grace", 6),
        ("principal_grace", -1),
        ("interest_grace", 6),
        ("interest_free", 7),
        ("fees", (Fee("all", FeeTiming.UPFRONT, percent=Decimal(100)),)),
        ("fees", (Fee("one", FeeTiming.FIRST, amount=Money(1)),) * (FEES_MAX + 1)),
    ],
)
def test_terms_that_make_no_schedule_are_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidTerms) as refused:
        replace(TERMS, **{field: value})

    assert refused.value.field == field


def test_a_principal_past_the_largest_amount_is_refused_with_the_largest() -> None:
    with pytest.raises(InvalidTerms, match=r"at most M100,000,000,000\.00"):
        replace(TERMS, principal=Money(LARGEST_MINOR + 1))


@pytest.mark.parametrize(
    ("amount", "percent"),
    [
        (None, None),
        (Money(1), Decimal(1)),
        (Money(0), None),
        (Money(LARGEST_MINOR + 1), None),
        (None, Decimal(0)),
        (None, Decimal("100.1")),
    ],
)
def test_a_fee_is_an_amount_or_a_percent_of_the_principal(amount: Money | None, percent: Decimal | None) -> None:
    with pytest.raises(InvalidTerms) as refused:
        Fee("admin", FeeTiming.FIRST, amount, percent)

    assert refused.value.field == "fees"


@pytest.mark.parametrize(
    "translations", [(("st_LS", "Tefiso"), ("st_LS", "Lefa")), (("zu", "Imali"), ("st_LS", "Tefiso"))]
)
def test_a_fee_is_named_once_in_a_language_and_in_their_order(translations: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(InvalidTerms, match="once in each"):
        Fee("admin", FeeTiming.FIRST, Money(1), translations=translations)


@pytest.mark.parametrize("translations", [{"st_LS": ""}, {"st_LS": 3}, "Tefiso"])
def test_a_fees_other_names_are_texts_by_language(translations: object) -> None:
    fee = {"name": "admin", "when": "first", "amount": 1, "translations": translations}

    with pytest.raises(InvalidTerms, match="expected") as refused:
        LoanTerms.from_json(LEAST | {"fees": [fee]})

    assert refused.value.field == "fees"


def test_a_fee_in_percent_is_rounded_once_in_the_mode_of_the_terms() -> None:
    fee = Fee("admin", FeeTiming.FIRST, percent=Decimal("2.5"))

    assert fee.of(Money(1_00), Rounding.HALF_EVEN) == Money(2)
    assert fee.of(Money(1_00), Rounding.HALF_UP) == Money(3)


def test_terms_survive_their_own_json() -> None:
    full = replace(
        TERMS,
        first_due_on=date(2026, 3, 15),
        instalment_multiple=Money.of("5"),
        fees=(
            Fee("a", FeeTiming.UPFRONT, percent=Decimal("2.5")),
            Fee("b", FeeTiming.SPREAD, amount=Money.of("10"), translations=(("st_LS", "be"), ("zu", "bu"))),
        ),
    )

    assert LoanTerms.from_json(full.to_json()) == full
    assert LoanTerms.from_json(TERMS.to_json()) == TERMS


def test_all_but_six_fields_have_defaults() -> None:
    assert LoanTerms.from_json(LEAST) == TERMS
    assert LoanTerms.from_json(LEAST | {"fees": None, "first_due_on": None}) == TERMS


def test_numbers_may_be_strings_or_json_numbers() -> None:
    (numbers,) = read_document(
        '[{"principal": 1000, "annual_rate_percent": 24.5, "method": "emi", "periods": "6", "period_unit": "month",'
        ' "disbursed_on": "2026-01-31"}]'
    )

    assert LoanTerms.from_json(numbers) == TERMS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal", "1,000"),
        ("principal", "1000.001"),
        ("principal", True),
        ("principal", 24.5),  # binary floating point never comes this far
        ("principal", "1e30"),
        ("principal", None),
        ("annual_rate_percent", "Infinity"),
        ("annual_rate_percent", "abc"),
        ("annual_rate_percent", []),
        ("method", "balloon"),
        ("method", ["emi"]),
        ("periods", "6.5"),
        ("periods", 10**12),
        ("periods", False),
        ("period_unit", "year"),
        ("disbursed_on", "31-01-2026"),
        ("disbursed_on", "2026-02-30"),
        ("disbursed_on", "20260131"),
        ("disbursed_on", 20260131),
        ("first_due_on", "soon"),
        ("day_count", "actual"),
        ("instalment_multiple", "x"),
        ("fees", "none"),
        ("fees", ["admin"]),
        ("fees", [{"name": "admin", "when": "never", "amount": "1"}]),
        ("fees", [{"name": "", "when": "first", "amount": "1"}]),
        ("fees", [{"name": "admin", "when": "first", "amount": "-1"}]),
        ("fees", [{"name": "admin", "when": "first", "amount": "1", "percent": "1"}]),
        ("fees", [{"name": "admin", "when": "first", "prcent": "1"}]),
        ("principle", "1000"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        LoanTerms.from_json(LEAST | {field: value})

    assert refused.value.field == field


@pytest.mark.parametrize("field", list(LEAST))
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        LoanTerms.from_json({name: value for name, value in LEAST.items() if name != field})

    assert refused.value.field == field


def test_terms_are_an_object() -> None:
    with pytest.raises(InvalidInput):
        LoanTerms.from_json(["emi"])


@pytest.mark.parametrize("text", ["{}", "nonsense", "[NaN]", "[" * 100_000, ""])
def test_a_document_that_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_document(text)


def test_a_contract_with_its_first_due_date_fixed_is_priced_by_its_own_days() -> None:
    with pytest.raises(InvalidTerms) as refused:
        LoanTerms(
            principal=Money.of("100"),
            annual_rate_percent=Decimal(24),
            periods=2,
            disbursed_on=date(2026, 3, 2),
            first_due_on=date(2026, 4, 1),
            priced_on=date(2026, 3, 1),
        )

    assert refused.value.field == "priced_on"
