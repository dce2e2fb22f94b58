"""What happens to a loan: the events that its account is replayed from, and nothing else.

`key` says which event it is and is unique in the loan, `n` is its place in recording order, `value_on` when it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.ledger.accounts import float_account
from core.loans.parts import Part
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Disbursed:
    """The payout that made the loan active, out of the MFI's float on a rail."""

    key: str
    rail: str
    value_on: date

    @property
    def money_account(self) -> str:
        """The account that is credited."""
        return float_account(self.rail)


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money that arrived for the loan, more than nothing.

    `source` is the account that it is taken from, where that is not the rail's float (suspense, clearing).
    `closed_through` is the last day closed when it was recorded: income of later due dates was then not recognised yet.
    None: it is judged by its value date alone.
    """

    key: str
    n: int
    rail: str
    value_on: date
    amount: Money
    source: str = ""
    closed_through: date | None = None

    @property
    def money_account(self) -> str:
        """The account that is debited."""
        return self.source or float_account(self.rail)


@dataclass(frozen=True, slots=True)
class Payoff(Repayment):
    """Money that is to settle the loan early: what the payoff quote of its value date asks, or more.

    `forgives` is how much less it may be, because a quote of an earlier day still held: so much of what came up since
    then (never of principal) is let go of. Where it falls short of the rest (after a backdated change, say) it is an
    ordinary repayment.
    """

    forgives: Money = ZERO


@dataclass(frozen=True, slots=True)
class CoolingOffReturn(Repayment):
    """The cash that the loan brought, given back while the borrower may still cancel it: the loan ends without a cost.

    Where it falls short of that cash (an earlier payment was reversed, say) it is an ordinary repayment.
    """


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that the borrower had paid too much, sent back: it leaves a rail's float and lowers the credit."""

    key: str
    n: int
    rail: str
    value_on: date
    amount: Money

    @property
    def money_account(self) -> str:
        """The account that is credited."""
        return float_account(self.rail)


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee or a penalty put on the loan by a person. It falls due on its value date."""

    key: str
    n: int
    value_on: date
    part: Part
    amount: Money


@dataclass(frozen=True, slots=True)
class Waiver:
    """A part of an instalment, not of its principal, that need not be paid; at most what is left of it is forgiven."""

    key: str
    n: int
    value_on: date
    instalment: int
    part: Part
    amount: Money


@dataclass(frozen=True, slots=True)
class WriteOff:
    """The lender gives the loan up: what is left becomes a loss, and money after it is a recovery."""

    key: str
    n: int
    value_on: date


@dataclass(frozen=True, slots=True)
class Reversal:
    """An earlier event (not a reversal, not the disbursement) never happened."""

    key: str
    n: int
    target: str


Event = Repayment | Refund | Charge | Waiver | WriteOff | Reversal
"""Everything that can happen to a loan after its disbursement (a payoff and a return are repayments)."""

ValueDated = Repayment | Refund | Charge | Waiver | WriteOff
"""The events that count on a day of their own."""
