"""The chart of accounts of an MFI. Balances are debits minus credits; the sign says which side an account lives on."""

from __future__ import annotations

from enum import StrEnum


class Account(StrEnum):
    """The accounts that every MFI has. A float is one account a rail: see `float_account`."""

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
    """The MFI's money on a rail."""
    return f"float:{rail}"
