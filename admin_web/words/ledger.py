"""The words of the books: accounts, the journals' kinds, and the parts of an instalment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import word
from core.ledger.accounts import Account
from core.loans.parts import Part

ACCOUNTS: Final[Mapping[str, str]] = {
    Account.FLOAT: mark("float"),
    Account.CASH: mark("cash"),
    Account.PRINCIPAL: mark("principal"),
    Account.INTEREST_RECEIVABLE: mark("interest due"),
    Account.INTEREST_INCOME: mark("interest earned"),
    Account.FEE_RECEIVABLE: mark("fees due"),
    Account.FEE_INCOME: mark("fees earned"),
    Account.PENALTY_RECEIVABLE: mark("penalties due"),
    Account.PENALTY_INCOME: mark("penalties earned"),
    Account.OVERPAYMENT: mark("borrower's credit"),
    Account.SUSPENSE: mark("suspense"),
    Account.CLEARING: mark("clearing between districts"),
    Account.WRITE_OFF: mark("losses"),
    Account.RECOVERY: mark("recovered losses"),
    Account.FUNDING: mark("lender's own money"),
    Account.RAIL_CHARGES: mark("charges of money services"),
}
"""The accounts of the ledger; what follows a colon in an account's code is its money service."""

JOURNAL_KINDS: Final[Mapping[str, str]] = {
    "charge": mark("Charge"),
    "cooling_off_return": mark("Cash returned, loan cancelled"),
    "disbursement": mark("Paid out"),
    "interest": mark("Interest fell due"),
    "late_fee": mark("Late fee"),
    "payoff": mark("Paid off early"),
    "refund": mark("Paid back to the borrower"),
    "repayment": mark("Repayment"),
    "reversal": mark("Reversal"),
    "waiver": mark("Waived"),
    "write_off": mark("Written off"),
}

PARTS: Final[Mapping[str, str]] = {
    Part.PENALTY: mark("penalty"),
    Part.FEE: mark("fee"),
    Part.INTEREST: mark("interest"),
    Part.PRINCIPAL: mark("principal"),
}


def account(code: str) -> str:
    """The word for an account of the ledger, whatever money service it is of."""
    return word(ACCOUNTS, code.partition(":")[0])
