"""Reading what people and machines write into the documents of `letsema schedule` and `letsema simulate`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import InvalidInput
from core.loans.calculator import calculate_schedules
from core.loans.fields import read_decimal, read_document, read_integer, read_money

GOOD = (
    '{"id": 2, "principal": "100", "annual_rate_percent": 7, "method": "emi", "periods": 1, "period_unit": "month", '
    '"disbursed_on": "2024-01-01"}'
)


@pytest.mark.parametrize(
    ("written", "number"),
    [("18.5", "18.5"), ("+1", "1"), (".5", "0.5"), ("5.", "5"), ("1e3", "1000"), ("25E-1", "2.5"), (7, "7")],
)
def test_a_number_is_read_as_it_is_written(written: str | int, number: str) -> None:
    assert read_decimal({"x": written}, "x") == Decimal(number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " 7",
        "1_000",
        "1,000",
        "NaN",
        "Infinity",
        "-inf",
        "٧",
        "0x10",
        "1e",
        "M5",
        "1e30",
        "1e-31",
        "1e999999999",
        "1e-999999999",
    ],
)
def test_what_is_no_number_is_refused_with_its_field(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_decimal({"x": written}, "x")

    assert refusal.value.field == "x"


@pytest.mark.parametrize("written", [True, None, 1.5, [], {}])
def test_what_is_of_another_kind_is_no_number(written: object) -> None:
    with pytest.raises(InvalidInput):
        read_decimal({"x": written}, "x")


def test_numbers_without_end_are_refused_where_they_stand_and_the_others_answered() -> None:
    nines = "9" * 5_000
    wrong = "".join(
        GOOD.replace('"100"', amount) + ", " for amount in (nines, f"-{nines}", "1e999999999", "1e-999999999", "1e12")
    )
    wrong += GOOD.replace('"periods": 1', '"periods": 1e999999999') + ", "

    answers = calculate_schedules(read_document(f"[{wrong}{GOOD}]"))

    assert [answer.get("error", {}).get("field") for answer in answers] == [*["principal"] * 5, "periods", None]


def test_the_largest_amount_is_read_and_one_lisente_more_is_not() -> None:
    assert read_money({"x": "100000000000.00"}, "x").plain == "100000000000.00"
    with pytest.raises(InvalidInput):
        read_money({"x": "100000000000.01"}, "x")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert read_integer({"x": "3.0"}, "x") == 3
    with pytest.raises(InvalidInput):
        read_integer({"x": "3.5"}, "x")


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert read_document("\ufeff[]") == []


@pytest.mark.parametrize("text", ["", "{}", "7", "[NaN]", "[Infinity]", "[1,]", "[" * 100_000, '[{"id": "\\ud800"}]'])
def test_what_is_no_json_list_is_refused_whole(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_document(text)

    assert refusal.value.field == "document"
