"""A loan in the middle of its replay: what is owed, what came in, and what each event came to so far.

It knows sums and how an event is noted, and no rule of what an event does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from core.loans.obligations import Obligation, Row
from core.loans.parts import NOTHING, Part, Split
from core.loans.payoff import PayoffLine, payoff_lines
from core.loans.policy import Cap, Policy
from core.loans.schedule import Schedule
from core.loans.transactions import Allocation, Transaction, TransactionKind
from core.money import ZERO, Money, Rounding, total


@dataclass(slots=True)
class RunningLoan:
    """The running state of one replay, which has reached `today`."""

    plan: Schedule
    policy: Policy
    rows: list[Row]
    today: date
    transactions: list[Transaction] = field(default_factory=list)
    overpaid: Money = ZERO
    recovered: Money = ZERO
    written_off_on: date | None = None
    returned_on: date | None = None
    _principal: tuple[Obligation, ...] = field(init=False)

    def __post_init__(self) -> None:
        # What the schedule asks is all the principal there is, and each event of a replay looks at what is left of it.
        self._principal = tuple(item for row in self.rows for item in row.of(Part.PRINCIPAL))

    def copied(self) -> RunningLoan:
        """Another replay that has come as far, to go another way from here."""
        return replace(self, rows=[row.copied() for row in self.rows], transactions=list(self.transactions))

    @property
    def rounding_mode(self) -> Rounding:
        """How the contract rounds."""
        return self.plan.terms.rounding_mode

    @property
    def principal_outstanding(self) -> Money:
        """Principal lent and neither paid nor written off."""
        return total(item.outstanding for item in self._principal)

    @property
    def outstanding(self) -> Money:
        """Everything that is left to pay, due or not."""
        return total(row.outstanding() for row in self.rows)

    @property
    def room(self) -> Money:
        """How much unpaid interest (or interest and default fees) may still grow before it equals the principal."""
        capped = [Part.INTEREST]
        if self.policy.cap is Cap.INTEREST_AND_FEES:
            capped.append(Part.PENALTY)
        unpaid = total(row.outstanding(*capped) for row in self.rows if row.is_due)
        return max(ZERO, self.principal_outstanding - unpaid)

    def payoff(self) -> list[PayoffLine]:
        """What settles the loan today."""
        return payoff_lines(self.plan, self.policy, self.rows, self.today, self.room)

    def allocate(self, row: Row, item: Obligation, amount: Money, *, recognised: bool) -> Allocation:
        """So much of an obligation is settled; `recognised`: it was in the books, so that a receivable goes down."""
        if not recognised:
            item.direct += amount
        return Allocation(row.n, item.part, amount, in_advance=self.today < row.due_on, recognised=recognised)

    def note(
        self,
        key: str,
        kind: TransactionKind,
        amount: Money,
        allocations: Sequence[Allocation],
        *,
        overpaid: Money = ZERO,
        recovered: Money = ZERO,
        money_account: str = "",
        income_returned: Split = NOTHING,
        value_on: date | None = None,
    ) -> None:
        """Add what an event came to, today unless it counts on another day."""
        self.transactions.append(
            Transaction(
                key=key,
                kind=kind,
                value_on=value_on or self.today,
                amount=amount,
                allocations=tuple(allocations),
                principal_after=self.principal_outstanding,
                overpaid=overpaid,
                recovered=recovered,
                money_account=money_account,
                income_returned=income_returned,
            )
        )

    def mark_settled_rows(self) -> None:
        """Keep the day since which nothing is left of a row; none while something is."""
        for row in self.rows:
            if not all(item.is_settled for item in row.obligations):
                row.settled_on = None
            elif row.settled_on is None:
                row.settled_on = self.today
