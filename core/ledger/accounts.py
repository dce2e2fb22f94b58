"""The chart of accounts of an MFI. Balances are debits minus credits; the sign says which side an account lives on."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

TILL: Final = "till"
"""The one rail that is nobody's service: cash over a branch's counter. What is held on it is the account `cash`."""


class Account(StrEnum):
    """The accounts that every MFI has. Money has one account a rail: see `float_account`."""

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


def float_account(rail: str) -> str:
    """The MFI's money on a rail; the till's is its cash. Without a rail, where there is only one, the float."""
    if rail == TILL:
        return Account.CASH.value
    return f"{Account.FLOAT}:{rail}" if rail else Account.FLOAT.value


def rail_of(account: str) -> str:
    """The rail that a float is on."""
    return TILL if account == Account.CASH else account.partition(":")[2]
