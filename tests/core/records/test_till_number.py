"""The number of a payment in cash, whole and as its payer has it."""

from __future__ import annotations

import pytest

from core.records.till_number import TillNumber, number_on_paper


@pytest.mark.parametrize("mfi_code", ["khotso", "Khotso Mokhotlong Ltd"])
def test_a_till_number_comes_apart_as_it_was_put_together(mfi_code: str) -> None:
    number = TillNumber(mfi_code, "LS-A-2", "A-0017")

    assert TillNumber.parse(str(number)) == number


def test_the_payer_has_the_receipt_s_number_or_the_money_service_s() -> None:
    assert number_on_paper("till", str(TillNumber("khotso", "LS-A", "A-0017"))) == "A-0017"
    assert number_on_paper("mpesa", "QH7 81 XX") == "QH7 81 XX"
