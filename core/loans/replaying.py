"""The replay itself: a loan's days in order, each event applied where its value date puts it.

On one day instalments fall due first, then events count in recording order, and the day's close comes last. A due date
brings interest into the account, held by the in-duplum cap; between days arrears interest runs, held by the same cap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import IntEnum
from functools import partial

from core.loans import late_interest
from core.loans.events import Charge, Disbursed, Refund, Repayment, ValueDated, Waiver, WriteOff
from core.loans.obligations import Obligation, Origin, Row, add_charges, rows_of
from core.loans.parts import Part
from core.loans.policy import Cap, LateFeeRule, Policy
from core.loans.receiving import receive
from core.loans.running import RunningLoan
from core.loans.schedule import Schedule
from core.loans.transactions import Allocation, TransactionKind
from core.money import ZERO, total


class Turn(IntEnum):
    """The order of things on one day."""

    FALLS_DUE = 0
    EVENT = 1
    CLOSE = 2


Entry = tuple[date, Turn, int, Callable[[], None]]
"""What happens to a loan: on which day, in which turn of it, in which order, and the act itself."""


def run_through(
    plan: Schedule,
    policy: Policy,
    disbursed: Disbursed,
    events: Sequence[ValueDated],
    *,
    closed_through: date,
    until: date,
) -> RunningLoan:
    """The loan once everything up to `until` has happened to it, or to the last event if that is later.

    A charge does not move the day: one that falls due later is on its row already, and noted with its due date. Closes
    of days after that day have not happened yet.
    """
    charges = charges_in_order(events)
    loan = just_lent(plan, policy, disbursed, charges)
    horizon = max([until, *(event.value_on for event in events if not isinstance(event, Charge))])
    live_through(loan, [*events_until(loan, events, horizon), *turns_until(loan, closed_through, horizon)])
    rest_until(loan, charges, horizon)
    return loan


# Its steps, which a replay that is carried on takes too


def just_lent(plan: Schedule, policy: Policy, disbursed: Disbursed, charges: Sequence[Charge]) -> RunningLoan:
    """The loan before anything has happened to it but its payout; its charges are on their rows."""
    loan = RunningLoan(plan, policy, rows_of(plan), today=disbursed.value_on)
    add_charges(loan.rows, charges)
    loan.mark_settled_rows()  # one in grace of all its parts has nothing to pay
    return loan


def events_until(loan: RunningLoan, events: Iterable[ValueDated], horizon: date) -> list[Entry]:
    """The events that count by a day."""
    return [
        (event.value_on, Turn.EVENT, event.n, partial(_apply, loan, event))
        for event in events
        if event.value_on <= horizon
    ]


def turns_until(loan: RunningLoan, closed_through: date, horizon: date) -> list[Entry]:
    """What the calendar brings by a day: instalments that fall due, and the closes of the days that are closed."""
    falls_due: list[Entry] = [
        (row.due_on, Turn.FALLS_DUE, row.n, partial(_fall_due, loan, row)) for row in loan.rows if row.due_on <= horizon
    ]
    return falls_due + _closes(loan, min(closed_through, horizon))


def live_through(loan: RunningLoan, entries: Iterable[Entry]) -> None:
    """Let it all happen, each thing on its day and in its turn."""
    for day, _, _, act in sorted(entries, key=lambda entry: entry[:3]):
        late_interest.run_to(loan, day)
        act()


def rest_until(loan: RunningLoan, charges: Iterable[Charge], horizon: date) -> None:
    """Let the days up to one pass in which nothing happens, and note the charges that fall due later."""
    late_interest.run_to(loan, horizon)
    for charge in (charge for charge in charges if charge.value_on > horizon):
        _note_charge(loan, charge)


def charges_in_order(events: Iterable[ValueDated]) -> list[Charge]:
    """Charges are on their rows from the start, so that money in advance finds them."""
    charges = [event for event in events if isinstance(event, Charge)]
    return sorted(charges, key=lambda charge: (charge.value_on, charge.n))


# The turns of a day


def _fall_due(loan: RunningLoan, row: Row) -> None:
    """Interest of the instalment is owed from today, as far as the cap has room for it."""
    for item in row.of(Part.INTEREST):
        item.drop(item.outstanding - min(item.outstanding, loan.room))
    row.is_due = True
    loan.mark_settled_rows()  # the cap may have left nothing of it


def _closes(loan: RunningLoan, closed_through: date) -> list[Entry]:
    closed = [row for row in loan.rows if row.due_on <= closed_through]
    entries: list[Entry] = [(row.due_on, Turn.CLOSE, row.n, partial(_recognise, row)) for row in closed]
    rule = loan.policy.late_fee
    if rule is not None:
        wait = timedelta(days=rule.after_days + 1)
        late = [row for row in closed if row.due_on + wait <= closed_through]
        entries += [(row.due_on + wait, Turn.CLOSE, row.n, partial(_charge_late_fee, loan, row, rule)) for row in late]
    return entries


def _recognise(row: Row) -> None:
    """The close of the due date puts the instalment's interest and fees into the books."""
    row.recognised = True
    for item in row.obligations:
        item.recognised = item.recognised or item.origin is Origin.SCHEDULE


def _charge_late_fee(loan: RunningLoan, row: Row, rule: LateFeeRule) -> None:
    amount = rule.on(row.outstanding(*rule.base), loan.rounding_mode)
    if loan.policy.cap is Cap.INTEREST_AND_FEES:
        amount = min(amount, loan.room)
    if amount <= ZERO:
        return
    row.obligations.append(Obligation(Part.PENALTY, Origin.LATE_FEE, loan.today, amount, recognised=True))
    row.late_fee_on = loan.today
    charged = Allocation(row.n, Part.PENALTY, amount, in_advance=False, recognised=True)
    loan.note(f"late_fee:{row.n}", TransactionKind.LATE_FEE, amount, [charged])


def _apply(loan: RunningLoan, event: ValueDated) -> None:
    if isinstance(event, Repayment):
        receive(loan, event)
    elif isinstance(event, Refund):
        _refund(loan, event)
    elif isinstance(event, Waiver):
        _waive(loan, event)
    elif isinstance(event, WriteOff):
        _write_off(loan, event)
    else:
        _note_charge(loan, event)
    loan.mark_settled_rows()


# Acts of staff


def _refund(loan: RunningLoan, refund: Refund) -> None:
    loan.overpaid -= refund.amount
    loan.note(refund.key, TransactionKind.REFUND, refund.amount, [], money_account=refund.money_account)


def _note_charge(loan: RunningLoan, charge: Charge) -> None:
    """The charge is on its row already; here it gets its line."""
    row = next(row for row in loan.rows if charge.value_on <= row.due_on)
    noted = Allocation(row.n, charge.part, charge.amount, in_advance=False, recognised=True)
    loan.note(charge.key, TransactionKind.CHARGE, charge.amount, [noted], value_on=charge.value_on)


def _waive(loan: RunningLoan, waiver: Waiver) -> None:
    left = waiver.amount
    allocations = []
    # The extra row that held a charge may be gone with it; the waiver then forgives nothing.
    for row in (row for row in loan.rows if row.n == waiver.instalment):
        for item in row.of(waiver.part):
            amount = min(left, item.outstanding)
            if amount > ZERO:
                left -= amount
                item.waived += amount
                allocations.append(loan.allocate(row, item, amount, recognised=item.recognised))
    loan.note(waiver.key, TransactionKind.WAIVER, waiver.amount - left, allocations)


def _write_off(loan: RunningLoan, event: WriteOff) -> None:
    allocations = []
    for row in loan.rows:
        for item in row.obligations:
            left = item.outstanding
            if item.origin is Origin.SCHEDULE and item.part is not Part.PRINCIPAL and not row.is_due:
                item.drop(left)  # income of days that the loan will not see
            elif left > ZERO:
                item.written_off += left
                allocations.append(loan.allocate(row, item, left, recognised=item.recognised))
    loan.written_off_on = event.value_on
    amount = total(allocation.amount for allocation in allocations)
    loan.note(event.key, TransactionKind.WRITE_OFF, amount, allocations)
