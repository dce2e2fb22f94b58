"""The chart of accounts."""

from __future__ import annotations

import pytest

from core.ledger.accounts import Account, AccountClass, cash_account, class_of, float_account


def test_money_has_an_account_for_each_rail() -> None:
    assert float_account("mpesa") == "float:mpesa"
    assert float_account("") == "float"
    assert cash_account("maseru") == "cash:maseru"


@pytest.mark.parametrize("account", list(Account))
def test_every_account_has_a_class(account: Account) -> None:
    assert class_of(account) in AccountClass


def test_a_rails_account_has_the_class_of_its_kind() -> None:
    assert class_of("float:mpesa") is AccountClass.ASSET
    assert class_of(Account.OVERPAYMENT) is AccountClass.LIABILITY


def test_assets_and_expenses_grow_by_debits() -> None:
    assert {kind for kind in AccountClass if kind.grows_by_debit} == {AccountClass.ASSET, AccountClass.EXPENSE}


def test_an_account_outside_the_chart_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="slush"):
        class_of("slush:fund")
