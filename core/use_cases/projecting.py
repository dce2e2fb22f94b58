"""What is kept of a loan's replay beside its events, so that screens and lists need no replay."""

from __future__ import annotations

from core.loans.account import Instalment, LoanAccount
from core.loans.parts import Part
from core.money import ZERO, total
from core.records.loan import InstalmentRow, Loan, LoanPosition


def projection_of(loan: Loan, account: LoanAccount) -> tuple[LoanPosition, list[InstalmentRow]]:
    """What is kept of a replay for screens and lists."""
    return _position(loan, account), [_row(loan, row) for row in account.instalments]


def _row(loan: Loan, row: Instalment) -> InstalmentRow:
    return InstalmentRow(
        loan_id=loan.id,
        n=row.n,
        due_on=row.due_on,
        principal=row.due[Part.PRINCIPAL],
        interest=row.due[Part.INTEREST],
        fees=row.due[Part.FEE],
        penalties=row.due[Part.PENALTY],
        principal_paid=row.paid[Part.PRINCIPAL],
        interest_paid=row.paid[Part.INTEREST],
        fees_paid=row.paid[Part.FEE],
        penalties_paid=row.paid[Part.PENALTY],
        waived=total([*row.waived.values(), *row.written_off.values()]),
        settled_on=row.settled_on,
    )


def _position(loan: Loan, account: LoanAccount) -> LoanPosition:
    first = account.first_unsettled
    return LoanPosition(
        loan_id=loan.id,
        principal=account.outstanding(Part.PRINCIPAL),
        interest=account.outstanding(Part.INTEREST),
        fees=account.outstanding(Part.FEE),
        penalties=account.outstanding(Part.PENALTY),
        overpaid=account.overpaid,
        principal_receivable=account.outstanding(Part.PRINCIPAL),
        interest_receivable=account.receivable(Part.INTEREST),
        fee_receivable=account.receivable(Part.FEE),
        penalty_receivable=account.receivable(Part.PENALTY),
        oldest_unpaid_due_on=first.due_on if first else None,
        next_due=first.outstanding() if first else ZERO,
    )
