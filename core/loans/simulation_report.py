"""The document that a simulated loan's life is printed as: amounts as decimal strings, dates as ISO 8601."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from core.ledger.journals import Journal
from core.loans.account import AccountStatus, Instalment, LoanAccount
from core.loans.arrears import bucket
from core.loans.parts import Part, Split
from core.loans.payoff import PayoffQuote
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms
from core.loans.transactions import Transaction, TransactionKind
from core.money import ZERO, Money, total

_KIND: Final = {
    TransactionKind.DISBURSEMENT: "disburse",
    TransactionKind.WAIVER: "waive",
}
"""What the document calls a transaction where the event that made it has another name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A transaction as it last stood, with the number of the event that brought it."""

    event: int
    transaction: Transaction
    is_reversed: bool

    def as_of(self, standing: Transaction | None) -> Line:
        """The line once the replay has this transaction, or has it no more."""
        return Line(self.event, standing or self.transaction, is_reversed=standing is None)

    def to_json(self) -> dict[str, Any]:
        """A row of `transactions`."""
        transaction = self.transaction
        split = Split(principal=transaction.amount) if self._is_disbursement else transaction.split
        return {
            "event": self.event,
            "kind": _KIND.get(transaction.kind, transaction.kind.value),
            "on": transaction.value_on.isoformat(),
            "amount": transaction.amount.plain,
            **_parts(split),
            "overpaid": transaction.overpaid.plain,
            "balance": transaction.principal_after.plain,
            "reversed": self.is_reversed,
        }

    @property
    def _is_disbursement(self) -> bool:
        return self.transaction.kind is TransactionKind.DISBURSEMENT


@dataclass(frozen=True, slots=True)
class Report:
    """Where a loan stands on a day. `account` is None before it is disbursed, `payoff` once it is no longer active."""

    terms: LoanTerms
    on: date
    account: LoanAccount | None
    payoff: PayoffQuote | None
    lines: tuple[Line, ...]
    journal: tuple[tuple[int, Journal], ...]

    def to_json(self) -> dict[str, Any]:
        """The document, without the loan's id."""
        account = self.account
        outstanding = account.outstanding_split if account else Split()
        days = account.days_past_due(self.on) if account else 0
        return {
            "status": (account.status if account else AccountStatus.PENDING).value,
            "instalments": [_row(row) for row in account.instalments] if account else _unpaid_rows(self.terms),
            "transactions": [line.to_json() for line in sorted(self.lines, key=lambda line: line.event)],
            "outstanding": _parts(outstanding) | {"total": outstanding.total.plain},
            "overpaid": (account.overpaid if account else ZERO).plain,
            "days_past_due": days,
            "bucket": bucket(days),
            "payoff": self._payoff_json(),
            "journal": [_journal_json(event, journal) for event, journal in self.journal],
        }

    def _payoff_json(self) -> dict[str, str]:
        quote = self.payoff or PayoffQuote(self.on, Split())
        return {"on": quote.on.isoformat(), **_parts(quote.split), "total": quote.total.plain}


def _row(row: Instalment) -> dict[str, Any]:
    return {
        "n": row.n,
        "due_on": row.due_on.isoformat(),
        **_parts(Split.of(row.due.items())),
        "total": total(row.due.values()).plain,
        "paid": total(row.paid.values()).plain,
        "in_advance": row.paid_in_advance.plain,
        "late": row.paid_late.plain,
        "outstanding": row.outstanding().plain,
        "balance": row.balance.plain,
    }


def _unpaid_rows(terms: LoanTerms) -> list[dict[str, Any]]:
    """The schedule of a loan that is not disbursed: nothing of it is owed yet."""
    nothing: Mapping[Part, Money] = dict.fromkeys(Part, ZERO)
    rows = []
    for row in schedule(terms).rows:
        due = {Part.PRINCIPAL: row.principal, Part.INTEREST: row.interest, Part.FEE: row.fees, Part.PENALTY: ZERO}
        unlent = Instalment(
            n=row.n,
            due_on=row.due_on,
            due=due,
            paid=nothing,
            waived=nothing,
            written_off=nothing,
            receivable=nothing,
            balance=row.balance,
            paid_in_advance=ZERO,
            paid_late=ZERO,
            late_fee_on=None,
            settled_on=None,
        )
        rows.append(_row(unlent) | {"outstanding": ZERO.plain})
    return rows


def _parts(split: Split) -> dict[str, str]:
    return {
        "principal": split.principal.plain,
        "interest": split.interest.plain,
        "fees": split.fees.plain,
        "penalties": split.penalties.plain,
    }


def _journal_json(event: int, journal: Journal) -> dict[str, Any]:
    debits = _sums((posting.debit, posting.amount) for posting in journal.postings)
    credits_ = _sums((posting.credit, posting.amount) for posting in journal.postings)
    lines = [{"account": account, "debit": amount.plain, "credit": ZERO.plain} for account, amount in debits.items()]
    lines += [{"account": account, "debit": ZERO.plain, "credit": amount.plain} for account, amount in credits_.items()]
    return {"event": event, "on": journal.value_on.isoformat(), "lines": lines}


def _sums(amounts: Iterable[tuple[str, Money]]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for account, amount in amounts:
        sums[str(account)] = sums.get(str(account), ZERO) + amount
    return sums
