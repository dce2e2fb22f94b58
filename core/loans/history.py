"""A loan's events in recording order, and the rules of what may be recorded next.

The replay takes whatever stands and never refuses; here is where a new event is weighed against the account as it would
be on its value date. Histories are values: recording gives a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from core.loans.account import AccountStatus, LoanAccount, payoff_quote, replay
from core.loans.cooling_off import cash_to_return
from core.loans.events import (
    Charge,
    CoolingOffReturn,
    Disbursed,
    Event,
    Payoff,
    Refund,
    Repayment,
    Reversal,
    ValueDated,
    Waiver,
    WriteOff,
)
from core.loans.parts import Part
from core.loans.payoff import PayoffQuote
from core.loans.policy import Policy
from core.loans.refusals import (
    AlreadyReversed,
    BeforeDisbursement,
    CreditPaidOut,
    EventKeyReused,
    LaterEventsStand,
    LoanNotActive,
    NothingToReturn,
    NotMoreThanNothing,
    PayoffBeforeLaterEvent,
    RefundAboveCredit,
    ReversalOfReversal,
    UnknownEvent,
    UnknownInstalment,
    WaiverAboveOutstanding,
    WrongPart,
)
from core.loans.terms import LoanTerms
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class LoanHistory:
    """A disbursed loan: its contract and rules, its events in recording order, and the last day closed for it."""

    loan_id: UUID
    terms: LoanTerms
    policy: Policy
    disbursed: Disbursed
    closed_through: date
    events: tuple[Event, ...] = ()

    @property
    def next_n(self) -> int:
        """The place of the next event in recording order."""
        return len(self.events) + 1

    def account(self, as_of: date) -> LoanAccount:
        """The account with interest run to a day."""
        return replay(
            self.loan_id,
            self.terms,
            self.policy,
            self.disbursed,
            self.events,
            closed_through=self.closed_through,
            as_of=as_of,
        )

    def payoff(self, on: date) -> PayoffQuote:
        """What settles the loan on a day. Raises `PayoffBeforeLaterEvent`."""
        if self.account(on).last_event_on > on:
            raise PayoffBeforeLaterEvent(field="on")
        return payoff_quote(
            self.terms, self.policy, self.disbursed, self.events, closed_through=self.closed_through, on=on
        )

    def cash_to_return(self, on: date) -> Money:
        """What cancels the loan on a day of its cooling-off: the cash received, less what came back already.

        Raises `LoanNotActive`, `PayoffBeforeLaterEvent`, `NothingToReturn`.
        """
        account = self._check_active(on)
        if account.last_event_on > on:
            raise PayoffBeforeLaterEvent(field="on")
        asked = cash_to_return(self.terms, account.transactions)
        if asked <= ZERO:
            raise NothingToReturn
        return asked

    def closed(self, through: date) -> LoanHistory:
        """The history once a day and all before it are closed. A day that was closed stays so."""
        return replace(self, closed_through=max(self.closed_through, through))

    def recorded(self, event: Event) -> LoanHistory:
        """The history with one more event. Raises the refusals of `core.loans.refusals`."""
        if event.key in {self.disbursed.key, *(known.key for known in self.events)}:
            raise EventKeyReused(f"the key {event.key} is taken")
        if isinstance(event, Reversal):
            self._check_reversal(event)
        else:
            self._check(event)
        return replace(self, events=(*self.events, event))

    def check_may_undo_disbursement(self) -> None:
        """Raise `LaterEventsStand` while anything else that happened to the loan stands."""
        reversed_keys = self._reversed_keys()
        if any(not isinstance(event, Reversal) and event.key not in reversed_keys for event in self.events):
            raise LaterEventsStand

    def _check_reversal(self, reversal: Reversal) -> None:
        target = next((event for event in self.events if event.key == reversal.target), None)
        if target is None:
            raise UnknownEvent(f"there is no event {reversal.target}")
        if isinstance(target, Reversal):
            raise ReversalOfReversal
        if target.key in self._reversed_keys():
            raise AlreadyReversed
        if replace(self, events=(*self.events, reversal)).account(self.closed_through).overpaid < ZERO:
            raise CreditPaidOut

    def _reversed_keys(self) -> set[str]:
        return {event.target for event in self.events if isinstance(event, Reversal)}

    def _check(self, event: ValueDated) -> None:
        if event.value_on < self.disbursed.value_on:
            raise BeforeDisbursement(f"the loan was paid out on {self.disbursed.value_on}", field="on")
        if not isinstance(event, WriteOff | Payoff) and event.amount <= ZERO:
            raise NotMoreThanNothing(field="amount")
        if isinstance(event, Repayment) and not isinstance(event, Payoff | CoolingOffReturn):
            return  # money that arrived is taken: a closed loan keeps it as credit, a written-off one as recovery
        if isinstance(event, Refund):
            self._check_refund(event)
        else:
            self._check_while_active(event)

    def _check_while_active(self, event: ValueDated) -> None:
        self._check_active(event.value_on)
        if isinstance(event, Payoff):
            self.payoff(event.value_on)
            if event.amount <= ZERO:  # only now: a closed loan's quote is nothing, and that it is closed says more
                raise NotMoreThanNothing(field="amount")
        elif isinstance(event, CoolingOffReturn):
            self.cash_to_return(event.value_on)
        elif isinstance(event, Charge):
            _check_charge(event)
        elif isinstance(event, Waiver):
            self._check_waiver(event)

    def _check_active(self, on: date) -> LoanAccount:
        account = self.account(on)
        if account.status is not AccountStatus.ACTIVE:
            raise LoanNotActive(f"the loan is {account.status}")
        return account

    def _check_refund(self, refund: Refund) -> None:
        credit = self.account(refund.value_on).overpaid
        if refund.amount > credit:
            raise RefundAboveCredit(f"the borrower's credit is {credit}", field="amount")

    def _check_waiver(self, waiver: Waiver) -> None:
        if waiver.part is Part.PRINCIPAL:
            raise WrongPart(field="part")
        left = self.waivable(waiver.value_on, waiver.instalment, waiver.part)
        if waiver.amount > left:
            raise WaiverAboveOutstanding(f"{left} is left of it", field="amount")

    def waivable(self, on: date, instalment: int, part: Part) -> Money:
        """What is left of a part of an instalment. Raises `LoanNotActive`, `UnknownInstalment`."""
        account = self._check_active(on)
        for row in account.instalments:
            if row.n == instalment:
                return row.outstanding(part)
        raise UnknownInstalment(f"the loan has instalments 1 to {len(account.instalments)}", field="instalment")


def _check_charge(charge: Charge) -> None:
    if charge.part not in {Part.FEE, Part.PENALTY}:
        raise WrongPart(field="charge")
