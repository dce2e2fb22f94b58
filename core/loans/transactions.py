"""What an event came to in the replay: how much of it paid, forgave or wrote off what, of which instalment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.loans.parts import NOTHING, Part, Split
from core.money import ZERO, Money


class TransactionKind(StrEnum):
    """What a transaction does to a loan's account."""

    DISBURSEMENT = "disbursement"
    REPAYMENT = "repayment"
    PAYOFF = "payoff"
    CHARGE = "charge"
    LATE_FEE = "late_fee"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    COOLING_OFF_RETURN = "cooling_off_return"
    REFUND = "refund"


MONEY_RECEIVED: Final = frozenset(
    {TransactionKind.REPAYMENT, TransactionKind.PAYOFF, TransactionKind.COOLING_OFF_RETURN}
)
"""What a payment that arrived may come to."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a transaction: so much of this part of that instalment.

    `recognised`: it was income (or principal) in the books already, so it moves a receivable; else it is income now.
    """

    instalment: int
    part: Part
    amount: Money
    in_advance: bool
    recognised: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """One effect on the account. Its amount is its allocations, what was overpaid, and what was recovered after a loss.

    `principal_after` is the principal outstanding once it is done. `money_account` is empty where no money moved.
    `income_returned`: what a cooling-off return takes back of income that was paid; with its amount it pays principal.
    """

    key: str
    kind: TransactionKind
    value_on: date
    amount: Money
    allocations: tuple[Allocation, ...]
    principal_after: Money
    overpaid: Money = ZERO
    recovered: Money = ZERO
    money_account: str = ""
    income_returned: Split = NOTHING

    @property
    def split(self) -> Split:
        """The amount by part."""
        return Split.of((item.part, item.amount) for item in self.allocations)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Income of an instalment that the close of its due date put into the books as receivable."""

    instalment: int
    due_on: date
    interest: Money
    fees: Money
