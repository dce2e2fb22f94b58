"""Money that arrives for a loan, and the one place where it is allocated.

It pays the oldest instalment first and, within one, the parts in the policy's order. What is left is the borrower's
credit; after a write-off everything is a recovery. A settlement or a cooling-off return that its day's figures do not
bear out (an earlier payment was reversed, say) is an ordinary repayment: money that came is never refused.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.loans.cooling_off import cash_to_return, undo_income
from core.loans.events import CoolingOffReturn, Payoff, Repayment
from core.loans.obligations import Obligation, Origin, Row
from core.loans.parts import NOTHING, Part, Split
from core.loans.payoff import PayoffLine
from core.loans.running import RunningLoan
from core.loans.transactions import Allocation, TransactionKind
from core.money import ZERO, Money, total


def receive(loan: RunningLoan, payment: Repayment) -> None:
    """Take a payment for what it says it is, where the loan bears that out, else as an ordinary repayment."""
    if loan.written_off_on is not None:
        _recover(loan, payment)
    elif isinstance(payment, Payoff) and _settles(loan, payment):
        _settle(loan, payment)
    elif isinstance(payment, CoolingOffReturn) and _cancels(loan, payment):
        _cancel(loan, payment)
    else:
        _repay(loan, payment)


def _recover(loan: RunningLoan, payment: Repayment) -> None:
    loan.recovered += payment.amount
    _note(loan, payment, TransactionKind.REPAYMENT, [], recovered=payment.amount)


def _repay(loan: RunningLoan, payment: Repayment) -> None:
    left = payment.amount
    allocations = []
    for row in loan.rows:
        if not left:
            break  # a replay does this for each payment of the loan: what is spent looks at no later row
        for item in _in_order(loan, row):
            amount = min(left, item.outstanding)
            if amount > ZERO:
                left -= amount
                allocations.append(_pay(loan, row, item, amount, payment))
    _note(loan, payment, TransactionKind.REPAYMENT, allocations, overpaid=left)


def _in_order(loan: RunningLoan, row: Row) -> list[Obligation]:
    """What an instalment's money goes to first: charges already due, then the parts in the policy's order."""
    order = loan.policy.due_order if row.due_on <= loan.today else loan.policy.advance_order

    def place(item: Obligation) -> tuple[bool, int, Origin]:
        is_charge_due = item.origin is Origin.CHARGE and item.due_on <= loan.today
        return not is_charge_due, order.index(item.part), item.origin

    return sorted(row.obligations, key=place)


def _settles(loan: RunningLoan, payment: Payoff) -> bool:
    lines = loan.payoff()
    short = total(line.amount for line in lines) - payment.amount
    forgivable = total(line.amount for line in lines if line.obligation.part is not Part.PRINCIPAL)
    return loan.outstanding > ZERO and short <= min(payment.forgives, forgivable)


def _settle(loan: RunningLoan, payment: Payoff) -> None:
    """Pay what the quote asks; what it does not ask turned out not to be owed."""
    lines = _forgiven(loan, payment, loan.payoff())
    allocations = [_pay(loan, line.row, line.obligation, line.amount, payment) for line in lines]
    for row in loan.rows:
        for item in row.obligations:
            item.drop(item.outstanding)
    left = payment.amount - total(line.amount for line in lines)
    _note(loan, payment, TransactionKind.PAYOFF, allocations, overpaid=left)


def _forgiven(loan: RunningLoan, payment: Payoff, lines: list[PayoffLine]) -> list[PayoffLine]:
    """The lines less what an earlier quote did not ask: the newest first. What was income already is taken back."""
    short = max(total(line.amount for line in lines) - payment.amount, ZERO)
    left, kept, waived = short, [], []
    for line in reversed(lines):
        off = ZERO if line.obligation.part is Part.PRINCIPAL else min(left, line.amount)
        left -= off
        kept.append(replace(line, amount=line.amount - off))
        if off > ZERO and line.obligation.recognised:
            line.obligation.waived += off
            waived.append(loan.allocate(line.row, line.obligation, off, recognised=True))
    if waived:
        amount = total(allocation.amount for allocation in waived)
        loan.note(f"{payment.key}:forgiven", TransactionKind.WAIVER, amount, waived)
    return [line for line in reversed(kept) if line.amount > ZERO]


def _cancels(loan: RunningLoan, payment: CoolingOffReturn) -> bool:
    asked = cash_to_return(loan.plan.terms, loan.transactions)
    return ZERO < asked <= payment.amount


def _cancel(loan: RunningLoan, payment: CoolingOffReturn) -> None:
    """The cash came back in time: principal is paid, and no income stays, neither paid nor still to pay."""
    left = payment.amount - cash_to_return(loan.plan.terms, loan.transactions)
    income = undo_income(loan.plan.terms, loan.rows)
    allocations = []
    for row in loan.rows:
        for item in row.obligations:
            unpaid = item.outstanding
            if item.part is Part.PRINCIPAL and unpaid > ZERO:
                allocations.append(_pay(loan, row, item, unpaid, payment))
            elif item.recognised and unpaid > ZERO:
                item.waived += unpaid
                allocations.append(loan.allocate(row, item, unpaid, recognised=True))
            else:
                item.drop(unpaid)
    loan.returned_on = payment.value_on
    _note(loan, payment, TransactionKind.COOLING_OFF_RETURN, allocations, overpaid=left, income_returned=income)


def _pay(loan: RunningLoan, row: Row, item: Obligation, amount: Money, payment: Repayment) -> Allocation:
    item.paid += amount
    if payment.value_on < row.due_on:
        row.paid_in_advance += amount
    elif payment.value_on > row.due_on:
        row.paid_late += amount
    return loan.allocate(row, item, amount, recognised=_is_in_books(row, item, payment.closed_through))


def _is_in_books(row: Row, item: Obligation, closed_through: date | None) -> bool:
    """Whether a payment meets a receivable: the item was in the books when the payment was recorded."""
    if not item.recognised or item.origin is not Origin.SCHEDULE or item.part is Part.PRINCIPAL:
        return item.recognised
    return closed_through is None or row.due_on <= closed_through


def _note(
    loan: RunningLoan,
    payment: Repayment,
    kind: TransactionKind,
    allocations: list[Allocation],
    *,
    overpaid: Money = ZERO,
    recovered: Money = ZERO,
    income_returned: Split = NOTHING,
) -> None:
    loan.overpaid += overpaid
    loan.note(
        payment.key,
        kind,
        payment.amount,
        allocations,
        overpaid=overpaid,
        recovered=recovered,
        money_account=payment.money_account,
        income_returned=income_returned,
    )
