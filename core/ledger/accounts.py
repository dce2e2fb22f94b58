"""The chart of accounts of an MFI. Balances are debits minus credits; the sign says which side an account lives on."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Account(StrEnum):
    """The accounts that every MFI has. Money has one account a rail: see `float_account` and `cash_account`."""

    FLOAT = "float"
    CASH = "cash"
    PRINCIPAL = "principal"
    INTEREST_RECEIVABLE = "interest_receivable"
    INTEREST_INCOME = "interest_income"
    FEE_RECEIVABLE = "fee_receivable"
    FEE_INCOME = "fee_income"
    PENALTY_RECEIVABLE = "penalty_receivable"
    PENALTY_INCOME = "penalty_income"
    OVERPAYMENT = "overpayment"
    SUSPENSE = "suspense"
    CLEARING = "clearing"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"
    FUNDING = "funding"
    RAIL_CHARGES = "rail_charges"


class AccountClass(StrEnum):
    """Where an account stands in the statements: assets and expenses grow by debits, the others by credits."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def grows_by_debit(self) -> bool:
        """Whether a debit raises a balance of this class."""
        return self in {AccountClass.ASSET, AccountClass.EXPENSE}


_CLASS: Final = {
    Account.FLOAT: AccountClass.ASSET,
    Account.CASH: AccountClass.ASSET,
    Account.PRINCIPAL: AccountClass.ASSET,
    Account.INTEREST_RECEIVABLE: AccountClass.ASSET,
    Account.INTEREST_INCOME: AccountClass.INCOME,
    Account.FEE_RECEIVABLE: AccountClass.ASSET,
    Account.FEE_INCOME: AccountClass.INCOME,
    Account.PENALTY_RECEIVABLE: AccountClass.ASSET,
    Account.PENALTY_INCOME: AccountClass.INCOME,
    Account.OVERPAYMENT: AccountClass.LIABILITY,
    Account.SUSPENSE: AccountClass.LIABILITY,
    Account.CLEARING: AccountClass.ASSET,
    Account.WRITE_OFF: AccountClass.EXPENSE,
    Account.RECOVERY: AccountClass.INCOME,
    Account.FUNDING: AccountClass.EQUITY,
    Account.RAIL_CHARGES: AccountClass.EXPENSE,
}


def float_account(rail: str) -> str:
    """The MFI's money on a rail; without a rail, where there is only one, the float."""
    return f"{Account.FLOAT}:{rail}" if rail else Account.FLOAT.value


def cash_account(rail: str) -> str:
    """Money in hand that came, or will go, by a rail: a branch's till."""
    return f"{Account.CASH}:{rail}"


def class_of(account: str) -> AccountClass:
    """The class of an account, a rail's own included. Raises `ValueError` for one that is not in the chart."""
    return _CLASS[Account(account.partition(":")[0])]
