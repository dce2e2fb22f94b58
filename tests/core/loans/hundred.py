"""A loan of a hundred at 7 % over six months, and what tests say about it: the loan of Apache Fineract's anchors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.ledger.journals import Journal
from core.loans.account import LoanAccount
from core.loans.events import Disbursed, Event, Repayment
from core.loans.history import LoanHistory
from core.loans.parts import Split
from core.loans.policy import LateFeeRule, Policy
from core.loans.terms import LoanTerms
from core.money import ZERO, Money

LENT_ON = date(2024, 1, 1)
TERMS = LoanTerms(principal=Money.of("100"), annual_rate_percent=Decimal(7), periods=6, disbursed_on=LENT_ON)
"""The loan of Fineract's anchors: 17.01 a month, 16.43 + 0.58 first."""
FEE = LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0)


def loan(terms: LoanTerms = TERMS, closed_through: date = LENT_ON, **rules: Any) -> LoanHistory:
    return LoanHistory(UUID(int=1), terms, Policy(**rules), Disbursed("lent", "", terms.disbursed_on), closed_through)


def after(history: LoanHistory, *events: Event) -> LoanHistory:
    for event in events:
        history = history.recorded(event)
    return history


def pay(n: int, on: date, amount: str) -> Repayment:
    return Repayment(f"pay:{n}", n, "", on, Money.of(amount))


def balances(journals: tuple[Journal, ...]) -> dict[str, str]:
    """Debits minus credits of each account that is not at zero."""
    sums: dict[str, Money] = {}
    for posting in (posting for journal in journals for posting in journal.postings):
        sums[str(posting.debit)] = sums.get(str(posting.debit), ZERO) + posting.amount
        sums[str(posting.credit)] = sums.get(str(posting.credit), ZERO) - posting.amount
    return {account: amount.plain for account, amount in sums.items() if amount}


def parts(split: Split) -> tuple[str, str, str, str]:
    return split.principal.plain, split.interest.plain, split.fees.plain, split.penalties.plain


def split_of(account: LoanAccount, key: str) -> tuple[str, str, str, str]:
    transaction = account.transaction(key)
    assert transaction is not None
    return parts(transaction.split)
