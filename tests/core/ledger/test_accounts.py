"""The chart of accounts."""

from __future__ import annotations

from core.ledger.accounts import float_account


def test_money_has_an_account_for_each_rail() -> None:
    assert float_account("mpesa") == "float:mpesa"
    assert float_account("") == "float"
