"""What a loan's transactions post: accrual books, one journal a transaction, keyed by what it is.

Interest and scheduled fees become income at the close of their due date, as receivables; what is paid before that is
income when it is received. Arrears interest is income only when it is received, so that loans in arrears do not flatter
the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from core.ledger.accounts import Account
from core.ledger.journals import Journal, Posting
from core.loans.parts import Part
from core.loans.terms import LoanTerms
from core.loans.transactions import MONEY_RECEIVED, Allocation, Recognised, Transaction, TransactionKind
from core.money import ZERO

_INCOME: Final = {
    Part.PENALTY: Account.PENALTY_INCOME,
    Part.FEE: Account.FEE_INCOME,
    Part.INTEREST: Account.INTEREST_INCOME,
}
_RECEIVABLE: Final = {
    Part.PENALTY: Account.PENALTY_RECEIVABLE,
    Part.FEE: Account.FEE_RECEIVABLE,
    Part.INTEREST: Account.INTEREST_RECEIVABLE,
    Part.PRINCIPAL: Account.PRINCIPAL,
}


def loan_journals(
    loan_id: UUID, terms: LoanTerms, transactions: Iterable[Transaction], recognised: Iterable[Recognised]
) -> tuple[Journal, ...]:
    """The journals of a loan by value date; those of one day in the order of its transactions, the day's close last."""
    journals = [_of_transaction(loan_id, terms, transaction) for transaction in transactions]
    journals += [_of_due_date(loan_id, item) for item in recognised]
    return tuple(sorted((journal for journal in journals if journal.postings), key=lambda journal: journal.value_on))


def _of_due_date(loan_id: UUID, item: Recognised) -> Journal:
    postings = [
        Posting(_RECEIVABLE[part], _INCOME[part], amount, item.instalment)
        for part, amount in ((Part.INTEREST, item.interest), (Part.FEE, item.fees))
        if amount > ZERO
    ]
    return Journal(f"interest:{loan_id}:{item.instalment}", "interest", item.due_on, tuple(postings), loan_id)


def _of_transaction(loan_id: UUID, terms: LoanTerms, transaction: Transaction) -> Journal:
    key = transaction.key
    if transaction.kind is TransactionKind.LATE_FEE:
        key = f"late_fee:{loan_id}:{transaction.allocations[0].instalment}"
    postings = tuple(_postings(terms, transaction))
    return Journal(key, transaction.kind.value, transaction.value_on, postings, loan_id)


def _postings(terms: LoanTerms, transaction: Transaction) -> Iterator[Posting]:
    if transaction.kind is TransactionKind.DISBURSEMENT:
        return _lent(terms, transaction)
    if transaction.kind is TransactionKind.COOLING_OFF_RETURN:
        return _returned(transaction)
    if transaction.kind is TransactionKind.REFUND:
        return iter([Posting(Account.OVERPAYMENT, transaction.money_account, transaction.amount)])
    if transaction.kind in MONEY_RECEIVED:
        return _received(transaction)
    if transaction.kind in {TransactionKind.CHARGE, TransactionKind.LATE_FEE}:
        return (_posting(item, _RECEIVABLE[item.part], _INCOME[item.part]) for item in transaction.allocations)
    return _given_up(transaction)  # a waiver or a write-off


def _lent(terms: LoanTerms, transaction: Transaction) -> Iterator[Posting]:
    """The whole principal is lent; what an upfront fee holds back of it never leaves the float."""
    yield Posting(Account.PRINCIPAL, transaction.money_account, terms.cash_received)
    if terms.upfront_fees > ZERO:
        yield Posting(Account.PRINCIPAL, Account.FEE_INCOME, terms.upfront_fees)


def _received(transaction: Transaction) -> Iterator[Posting]:
    cash = transaction.money_account
    for item in transaction.allocations:
        yield _posting(item, cash, _RECEIVABLE[item.part] if item.recognised else _INCOME[item.part])
    if transaction.overpaid > ZERO:
        yield Posting(cash, Account.OVERPAYMENT, transaction.overpaid)
    if transaction.recovered > ZERO:
        yield Posting(cash, Account.RECOVERY, transaction.recovered)


def _returned(transaction: Transaction) -> Iterator[Posting]:
    """Cash and the income taken back pay the principal; income that was still to be paid is taken back as well."""
    yield Posting(transaction.money_account, Account.PRINCIPAL, transaction.amount - transaction.overpaid)
    income = transaction.income_returned
    for part, amount in ((Part.PENALTY, income.penalties), (Part.FEE, income.fees), (Part.INTEREST, income.interest)):
        if amount > ZERO:
            yield Posting(_INCOME[part], Account.PRINCIPAL, amount)
    for item in (item for item in transaction.allocations if item.part is not Part.PRINCIPAL):
        yield _posting(item, _INCOME[item.part], _RECEIVABLE[item.part])
    if transaction.overpaid > ZERO:
        yield Posting(transaction.money_account, Account.OVERPAYMENT, transaction.overpaid)


def _given_up(transaction: Transaction) -> Iterator[Posting]:
    """Income that was recognised is taken back; lost principal is an expense; what never was income posts nothing."""
    for item in transaction.allocations:
        if item.part is Part.PRINCIPAL:
            yield _posting(item, Account.WRITE_OFF, Account.PRINCIPAL)
        elif item.recognised:
            yield _posting(item, _INCOME[item.part], _RECEIVABLE[item.part])


def _posting(item: Allocation, debit: str, credit: str) -> Posting:
    return Posting(debit, credit, item.amount, item.instalment)
