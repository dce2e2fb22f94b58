"""What a borrower owes, piece by piece, while an account is replayed.

An obligation is one part of one instalment from one origin. It is settled by being paid, waived or written off, and
shrinks when it turns out not to be owed at all (the cap, an early settlement).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum
from fractions import Fraction

from core.loans.events import Charge
from core.loans.parts import Part
from core.loans.schedule import Schedule, ScheduleRow
from core.money import ZERO, Money, total


class Origin(IntEnum):
    """Where an obligation comes from; on one part of one instalment, the order in which they are paid."""

    CHARGE = 0
    SCHEDULE = 1
    LATE_FEE = 2
    ARREARS_INTEREST = 3


@dataclass(slots=True)
class Obligation:
    """One thing owed. `direct` is what was settled of it while it was not in the books: it needs no receivable."""

    part: Part
    origin: Origin
    due_on: date
    amount: Money
    recognised: bool
    paid: Money = ZERO
    waived: Money = ZERO
    written_off: Money = ZERO
    direct: Money = ZERO

    @property
    def outstanding(self) -> Money:
        """What is left of it."""
        # In whole lisente and not by `Money`s in between: no other line of a replay is passed so often.
        return Money(self.amount.minor - self.paid.minor - self.waived.minor - self.written_off.minor)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left of it."""
        return self.amount.minor == self.paid.minor + self.waived.minor + self.written_off.minor

    @property
    def receivable(self) -> Money:
        """What is left of it in the books."""
        return self.outstanding if self.recognised else ZERO

    def forgive_what_was_paid(self) -> Money:
        """What was paid of it counts as forgiven: the money pays something else. Returns how much that is."""
        paid, self.paid = self.paid, ZERO
        self.waived += paid
        return paid

    def drop(self, amount: Money) -> None:
        """So much of it turned out not to be owed."""
        self.amount -= amount

    def copied(self) -> Obligation:
        """Another one that is the same, to go another way from here."""
        # By its fields and not by `copy` or `replace`: a carried replay copies them all for each of its events.
        return Obligation(
            self.part,
            self.origin,
            self.due_on,
            self.amount,
            self.recognised,
            self.paid,
            self.waived,
            self.written_off,
            self.direct,
        )


@dataclass(slots=True)
class Row:
    """An instalment as the replay goes. `arrears` is its exact arrears interest so far, in lisente."""

    n: int
    due_on: date
    balance: Money
    obligations: list[Obligation]
    is_due: bool = False
    recognised: bool = False
    arrears: Fraction = Fraction(0)
    late_fee_on: date | None = None
    settled_on: date | None = None
    paid_in_advance: Money = ZERO
    paid_late: Money = ZERO
    _arrears_interest: Obligation | None = field(default=None, repr=False)

    def outstanding(self, *parts: Part) -> Money:
        """What is left of these parts, or of all."""
        return total(item.outstanding for item in self.obligations if not parts or item.part in parts)

    def of(self, part: Part) -> Iterator[Obligation]:
        """The obligations of one part."""
        return (item for item in self.obligations if item.part is part)

    def charge_arrears_to(self, whole: Money) -> None:
        """Bring the instalment's arrears interest up to an amount."""
        if self._arrears_interest is None:
            self._arrears_interest = Obligation(Part.INTEREST, Origin.ARREARS_INTEREST, self.due_on, ZERO, False)
            self.obligations.append(self._arrears_interest)
        self._arrears_interest.amount = whole

    def copied(self) -> Row:
        """Another instalment that is the same, to go another way from here."""
        items = [item.copied() for item in self.obligations]
        arrears_interest = next((item for item in items if item.origin is Origin.ARREARS_INTEREST), None)
        return replace(self, obligations=items, _arrears_interest=arrears_interest)


def rows_of(plan: Schedule) -> list[Row]:
    """The instalments of a schedule, everything still to be paid."""
    return [Row(row.n, row.due_on, row.balance, list(_obligations(row))) for row in plan.rows]


def _obligations(row: ScheduleRow) -> Iterator[Obligation]:
    for part, amount in ((Part.FEE, row.fees), (Part.INTEREST, row.interest), (Part.PRINCIPAL, row.principal)):
        if amount > ZERO:
            yield Obligation(part, Origin.SCHEDULE, row.due_on, amount, recognised=part is Part.PRINCIPAL)


def add_charges(rows: list[Row], charges: Iterable[Charge]) -> None:
    """Put each charge on the instalment whose period holds its due date; those after the last share one extra row."""
    for charge in charges:
        row = next((row for row in rows if charge.value_on <= row.due_on), None)
        if row is None:
            row = _extra_row(rows, charge.value_on)
        row.obligations.append(Obligation(charge.part, Origin.CHARGE, charge.value_on, charge.amount, recognised=True))


def _extra_row(rows: list[Row], due_on: date) -> Row:
    """The row after the last of the schedule, due with the latest of its charges."""
    last = rows[-1]
    if last.balance == ZERO and any(item.origin is Origin.SCHEDULE for item in last.obligations):
        last = Row(last.n + 1, due_on, ZERO, [])
        rows.append(last)
    last.due_on = due_on
    return last
