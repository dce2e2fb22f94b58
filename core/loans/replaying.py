"""The replay itself: a loan's days in order, each event applied where its value date puts it.

On one day instalments fall due first, then events count in recording order, and the day's close comes last. A due date
brings interest into the account, held by the in-duplum cap; between days arrears interest runs, held by the same cap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import IntEnum
from fractions import Fraction
from functools import partial
from typing import Final

from core.loans.cooling_off import cash_to_return, undo_income
from core.loans.events import Charge, CoolingOffReturn, Disbursed, Payoff, Repayment, ValueDated, Waiver, WriteOff
from core.loans.exact import round_money
from core.loans.obligations import Obligation, Origin, Row, add_charges, rows_of
from core.loans.parts import NOTHING, Part, Split
from core.loans.payoff import PayoffLine, payoff_lines
from core.loans.policy import Cap, Policy
from core.loans.schedule import Schedule
from core.loans.transactions import Allocation, Transaction, TransactionKind
from core.money import ZERO, Money, total

_DAYS_PER_YEAR: Final = 365
_PERCENT: Final = 100


class _Turn(IntEnum):
    """The order of things on one day."""

    FALLS_DUE = 0
    EVENT = 1
    CLOSE = 2


_Entry = tuple[date, _Turn, int, Callable[[], None]]


class Replay:
    """The running state of one replay. Made, run once, and read."""

    def __init__(self, plan: Schedule, policy: Policy, disbursed: Disbursed, charges: Iterable[Charge]) -> None:
        self.rows: list[Row] = rows_of(plan)
        self.transactions: list[Transaction] = []
        self.overpaid = ZERO
        self.recovered = ZERO
        self.written_off_on: date | None = None
        self.returned_on: date | None = None
        self._plan = plan
        self._policy = policy
        self._mode = plan.terms.rounding_mode
        self._arrears_rate = Fraction(policy.arrears_interest_percent) / _PERCENT / _DAYS_PER_YEAR
        self.today = disbursed.value_on
        add_charges(self.rows, [(charge.part, charge.value_on, charge.amount) for charge in charges])

    def run(self, events: Sequence[ValueDated], *, closed_through: date, until: date) -> None:
        """Apply everything up to `until`, or to the last event if that is later."""
        horizon = max([until, *(event.value_on for event in events)])
        entries: list[_Entry] = [
            (row.due_on, _Turn.FALLS_DUE, row.n, partial(self._fall_due, row))
            for row in self.rows
            if row.due_on <= horizon
        ]
        entries += [(event.value_on, _Turn.EVENT, event.n, partial(self._apply, event)) for event in events]
        entries += self._closes(closed_through)
        for day, _, _, act in sorted(entries, key=lambda entry: entry[:3]):
            self._run_arrears_to(day)
            act()
        self._run_arrears_to(horizon)

    def principal_outstanding(self) -> Money:
        """Principal lent and neither paid nor written off."""
        return total(row.outstanding(Part.PRINCIPAL) for row in self.rows)

    def outstanding(self) -> Money:
        """Everything that is left to pay, due or not."""
        return total(row.outstanding() for row in self.rows)

    def payoff(self) -> list[PayoffLine]:
        """What settles the loan on the day the replay has reached."""
        return payoff_lines(self._plan, self._policy, self.rows, self.today, self._room)

    # The turns of a day

    def _closes(self, closed_through: date) -> list[_Entry]:
        closed = [row for row in self.rows if row.due_on <= closed_through]
        entries: list[_Entry] = [(row.due_on, _Turn.CLOSE, row.n, partial(self._recognise, row)) for row in closed]
        if self._policy.late_fee is not None:
            wait = timedelta(days=self._policy.late_fee.after_days + 1)
            late = [row for row in closed if row.due_on + wait <= closed_through]
            entries += [(row.due_on + wait, _Turn.CLOSE, row.n, partial(self._charge_late_fee, row)) for row in late]
        return entries

    def _fall_due(self, row: Row) -> None:
        """Interest of the instalment is owed from today, as far as the cap has room for it."""
        for item in row.of(Part.INTEREST):
            item.drop(item.outstanding - min(item.outstanding, self._room))
        row.is_due = True

    def _recognise(self, row: Row) -> None:
        """The close of the due date puts the instalment's interest and fees into the books."""
        row.recognised = True
        for item in row.obligations:
            item.recognised = item.recognised or item.origin is Origin.SCHEDULE

    def _charge_late_fee(self, row: Row) -> None:
        rule = self._policy.late_fee
        if rule is None or not row.outstanding(*rule.base):
            return
        amount = rule.on(row.outstanding(*rule.base), self._mode)
        if self._policy.cap is Cap.INTEREST_AND_FEES:
            amount = min(amount, self._room)
        if amount <= ZERO:
            return
        row.obligations.append(Obligation(Part.PENALTY, Origin.LATE_FEE, self.today, amount, recognised=True))
        row.late_fee_on = self.today
        charged = Allocation(row.n, Part.PENALTY, amount, in_advance=False, recognised=True)
        self._record(f"late_fee:{row.n}", TransactionKind.LATE_FEE, amount, [charged])

    def _apply(self, event: ValueDated) -> None:
        if isinstance(event, Payoff):
            self._pay_off(event)
        elif isinstance(event, CoolingOffReturn):
            self._return(event)
        elif isinstance(event, Repayment):
            self._repay(event, TransactionKind.REPAYMENT)
        elif isinstance(event, Waiver):
            self._waive(event)
        elif isinstance(event, WriteOff):
            self._write_off(event)
        else:
            self._note_charge(event)
        for row in self.rows:
            if row.outstanding() == ZERO:
                row.settled_on = row.settled_on or self.today
            else:
                row.settled_on = None

    # Money

    def _repay(self, payment: Repayment, kind: TransactionKind) -> None:
        if self.written_off_on is not None:
            self.recovered += payment.amount
            self._record(payment.key, kind, payment.amount, [], recovered=payment.amount, account=payment.money_account)
            return
        left = payment.amount
        allocations = []
        for row in self.rows:
            for item in self._in_order(row):
                amount = min(left, item.outstanding)
                if amount > ZERO:
                    left -= amount
                    allocations.append(self._pay(row, item, amount, payment))
        self.overpaid += left
        self._record(payment.key, kind, payment.amount, allocations, overpaid=left, account=payment.money_account)

    def _in_order(self, row: Row) -> list[Obligation]:
        """What an instalment's money goes to first: charges already due, then the parts in the policy's order."""
        order = self._policy.due_order if row.due_on <= self.today else self._policy.advance_order

        def place(item: Obligation) -> tuple[bool, int, Origin]:
            is_charge_due = item.origin is Origin.CHARGE and item.due_on <= self.today
            return not is_charge_due, order.index(item.part), item.origin

        return sorted(row.obligations, key=place)

    def _pay(self, row: Row, item: Obligation, amount: Money, payment: Repayment) -> Allocation:
        item.paid += amount
        in_advance = payment.value_on < row.due_on
        if in_advance:
            row.paid_in_advance += amount
        elif payment.value_on > row.due_on:
            row.paid_late += amount
        return self._allocate(row, item, amount, recognised=_is_in_books(row, item, payment.closed_through))

    def _pay_off(self, payment: Payoff) -> None:
        lines = self.payoff()
        left = payment.amount - total(line.amount for line in lines)
        if left < ZERO or self.written_off_on is not None or not self.outstanding():
            self._repay(payment, TransactionKind.REPAYMENT)
            return
        allocations = [self._pay(line.row, line.obligation, line.amount, payment) for line in lines]
        for row in self.rows:
            for item in row.obligations:
                item.drop(item.outstanding)
        self.overpaid += left
        self._record(
            payment.key,
            TransactionKind.PAYOFF,
            payment.amount,
            allocations,
            overpaid=left,
            account=payment.money_account,
        )

    def _return(self, payment: CoolingOffReturn) -> None:
        """The cash came back in time: principal is paid, and no income stays, neither paid nor still to pay."""
        asked = cash_to_return(self._plan.terms, self.transactions)
        is_asked = self.written_off_on is None and self.outstanding() > ZERO
        if not (is_asked and ZERO < asked <= payment.amount):
            self._repay(payment, TransactionKind.REPAYMENT)
            return
        income = undo_income(self._plan.terms, self.rows)
        allocations = []
        for row in self.rows:
            for item in row.obligations:
                left = item.outstanding
                if item.part is Part.PRINCIPAL and left > ZERO:
                    allocations.append(self._pay(row, item, left, payment))
                elif item.recognised and left > ZERO:
                    item.waived += left
                    allocations.append(self._allocate(row, item, left, recognised=True))
                else:
                    item.drop(left)
        self.returned_on = payment.value_on
        left_over = payment.amount - asked
        self.overpaid += left_over
        self._record(
            payment.key,
            TransactionKind.COOLING_OFF_RETURN,
            payment.amount,
            allocations,
            overpaid=left_over,
            account=payment.money_account,
            income_returned=income,
        )

    # Acts of staff

    def _note_charge(self, charge: Charge) -> None:
        """The charge is on its row from the start, so that money in advance finds it; here it gets its line."""
        row = next(row for row in self.rows if charge.value_on <= row.due_on)
        noted = Allocation(row.n, charge.part, charge.amount, in_advance=False, recognised=True)
        self._record(charge.key, TransactionKind.CHARGE, charge.amount, [noted])

    def _waive(self, waiver: Waiver) -> None:
        left = waiver.amount
        allocations = []
        # The extra row that held a charge may be gone with it; the waiver then forgives nothing.
        for row in (row for row in self.rows if row.n == waiver.instalment):
            for item in row.of(waiver.part):
                amount = min(left, item.outstanding)
                if amount > ZERO:
                    left -= amount
                    item.waived += amount
                    allocations.append(self._allocate(row, item, amount, recognised=item.recognised))
        self._record(waiver.key, TransactionKind.WAIVER, waiver.amount - left, allocations)

    def _write_off(self, event: WriteOff) -> None:
        allocations = []
        for row in self.rows:
            for item in row.obligations:
                left = item.outstanding
                if item.origin is Origin.SCHEDULE and item.part is not Part.PRINCIPAL and not row.is_due:
                    item.drop(left)  # income of days that the loan will not see
                elif left > ZERO:
                    item.written_off += left
                    allocations.append(self._allocate(row, item, left, recognised=item.recognised))
        self.written_off_on = event.value_on
        amount = total(allocation.amount for allocation in allocations)
        self._record(event.key, TransactionKind.WRITE_OFF, amount, allocations)

    def _allocate(self, row: Row, item: Obligation, amount: Money, *, recognised: bool) -> Allocation:
        if not recognised:
            item.direct += amount
        return Allocation(row.n, item.part, amount, in_advance=self.today < row.due_on, recognised=recognised)

    def _record(
        self,
        key: str,
        kind: TransactionKind,
        amount: Money,
        allocations: Sequence[Allocation],
        *,
        overpaid: Money = ZERO,
        recovered: Money = ZERO,
        account: str = "",
        income_returned: Split = NOTHING,
    ) -> None:
        self.transactions.append(
            Transaction(
                key=key,
                kind=kind,
                value_on=self.today,
                amount=amount,
                allocations=tuple(allocations),
                principal_after=self.principal_outstanding(),
                overpaid=overpaid,
                recovered=recovered,
                money_account=account,
                income_returned=income_returned,
            )
        )

    # Interest on arrears, and the cap

    @property
    def _room(self) -> Money:
        """How much unpaid interest (or interest and default fees) may still grow before it equals the principal."""
        capped = [Part.INTEREST]
        if self._policy.cap is Cap.INTEREST_AND_FEES:
            capped.append(Part.PENALTY)
        unpaid = total(row.outstanding(*capped) for row in self.rows if row.is_due)
        return max(ZERO, self.principal_outstanding() - unpaid)

    def _run_arrears_to(self, day: date) -> None:
        """Simple interest on overdue principal for each day that passed; day by day once the cap comes near."""
        days = (day - self.today).days
        self.today = day
        overdue = [row for row in self.rows if row.is_due and row.outstanding(Part.PRINCIPAL)]
        if not (days and self._arrears_rate and overdue):
            return
        if sum(self._arrears_daily(row) for row in overdue) * days + len(overdue) <= self._room.minor:
            for row in overdue:
                self._grow_arrears(row, days)
            return
        for _ in range(days):
            room = self._room
            if not room:
                return
            for row in overdue:
                room -= self._grow_arrears(row, 1, room)

    def _arrears_daily(self, row: Row) -> Fraction:
        return row.outstanding(Part.PRINCIPAL).minor * self._arrears_rate

    def _grow_arrears(self, row: Row, days: int, room: Money | None = None) -> Money:
        """Add days of arrears interest to a row. The exact sum is kept, so that roundings do not add up."""
        before = round_money(row.arrears, self._mode)
        row.arrears += self._arrears_daily(row) * days
        grown = round_money(row.arrears, self._mode) - before
        if room is not None and grown > room:
            grown = room
            row.arrears = Fraction((before + room).minor)  # what the cap held back is gone for good
        row.charge_arrears_to(before + grown)
        return grown


def _is_in_books(row: Row, item: Obligation, closed_through: date | None) -> bool:
    """Whether a payment meets a receivable: the item was in the books when the payment was recorded."""
    if not item.recognised or item.origin is not Origin.SCHEDULE or item.part is Part.PRINCIPAL:
        return item.recognised
    return closed_through is None or row.due_on <= closed_through
