"""The chart of accounts."""

from __future__ import annotations

import pytest

from core.ledger.accounts import TILL, float_account, rail_of


def test_money_has_an_account_for_each_rail() -> None:
    assert float_account("mpesa") == "float:mpesa"
    assert float_account("") == "float"


def test_the_money_of_a_till_is_the_branchs_cash() -> None:
    assert float_account(TILL) == "cash"


@pytest.mark.parametrize("rail", ["mpesa", TILL, ""])
def test_an_account_of_money_says_which_rail_it_is_on(rail: str) -> None:
    assert rail_of(float_account(rail)) == rail
