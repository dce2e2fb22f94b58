"""What `letsema simulate` prints: a loan's life from a list of events, applied in recording order.

Each event is weighed, recorded and replayed, and the ledger receives the difference, so that the journal shows what the
books of a real loan would: a backdated payment appears as mirror and new journals under the event that brought it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from core.errors import DomainError, InvalidInput
from core.loans.account import AccountStatus, recognised_of, transactions_of
from core.loans.carrying import CarriedReplay
from core.loans.effects import Effects, Standing
from core.loans.events import Charge, Disbursed, Payoff, Repayment, Reversal, Waiver, WriteOff
from core.loans.fields import (
    read_choice,
    read_date,
    read_id,
    read_integer,
    read_money,
    read_object,
    read_optional_date,
    read_optional_money,
    refuse_unknown,
)
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import Policy
from core.loans.refusals import (
    AlreadyDisbursed,
    AlreadyReversed,
    AmountDiffersFromContract,
    NotDisbursed,
    NotMoreThanNothing,
    ReversalOfReversal,
    UnknownEvent,
    WaiverAboveOutstanding,
)
from core.loans.simulation_report import Report
from core.loans.terms import LoanTerms
from core.money import ZERO, Money

EVENTS_MAX: Final = 5_000
_LOAN_ID: Final = UUID(int=0)
_FIELDS: Final = frozenset({
    "id", "terms", "allocation", "late_fee", "arrears_interest_percent", "cap", "payoff_interest", "events", "as_of",
})  # fmt: skip
_EVENT_FIELDS: Final = {
    "disburse": frozenset({"on", "amount"}),
    "repayment": frozenset({"on", "amount", "recorded_on"}),
    "charge": frozenset({"charge", "due_on", "amount"}),
    "reverse": frozenset({"event"}),
    "waive": frozenset({"on", "instalment", "part", "amount"}),
    "write_off": frozenset({"on"}),
    "payoff": frozenset({"on"}),
    "day_end": frozenset({"on"}),
}


def simulate_loans(document: Sequence[object]) -> list[dict[str, Any]]:
    """Answer each object with its loan's life, or with `{"id", "error": {"event", "code", "message"}}`."""
    return [_answer(item) for item in document]


def _answer(item: object) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": read_id(item)}
    simulation: Simulation | None = None
    try:
        fields = read_object(item, "loan")
        refuse_unknown(fields, _FIELDS)
        simulation = Simulation(LoanTerms.from_json(fields.get("terms")), Policy.from_json(fields))
        for event in _events(fields):
            simulation.apply(event)
        return answer | simulation.report(read_optional_date(fields, "as_of")).to_json()
    except DomainError as error:
        at = simulation.failing if simulation else None
        where = f"{error.field}: " if error.field else ""
        return answer | {"error": {"event": at, "code": error.code, "message": f"{where}{error.message}"}}


def _events(fields: Mapping[str, Any]) -> list[object]:
    events = fields.get("events")
    if not isinstance(events, list) or len(events) > EVENTS_MAX:
        raise InvalidInput(f"the events are a list of at most {EVENTS_MAX}", field="events")
    return events


@dataclass(slots=True)
class Simulation:
    """One loan's life so far. `failing` is the number of the event being applied, None between events."""

    terms: LoanTerms
    policy: Policy
    failing: int | None = None
    _applied: int = 0
    _history: LoanHistory | None = None
    _closed_through: date = date.min
    _last_on: date = date.min
    _last_charge_on: date = date.min
    _kinds: list[str] = field(default_factory=list)
    _reversed: set[int] = field(default_factory=set)
    _replay: CarriedReplay = field(default_factory=CarriedReplay)
    _effects: Effects = field(default_factory=lambda: Effects(_LOAN_ID))

    def apply(self, event: object) -> None:
        """Apply the next event. Raises a `DomainError` and leaves the simulation where it was."""
        self.failing = self._applied
        fields = read_object(event, "events")
        kind = fields.get("kind")
        if not isinstance(kind, str) or kind not in _EVENT_FIELDS:
            raise InvalidInput(f"one of {', '.join(_EVENT_FIELDS)} is expected", field="kind")
        refuse_unknown(fields, _EVENT_FIELDS[kind] | {"kind"})
        act: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "disburse": self._disburse,
            "repayment": self._repay,
            "charge": self._charge,
            "reverse": self._reverse,
            "waive": self._waive,
            "write_off": self._write_off,
            "payoff": self._pay_off,
            "day_end": self._close,
        }
        act[kind](fields)
        self._kinds.append(kind)
        self._note_effects()
        self._applied += 1
        self.failing = None

    def report(self, as_of: date | None) -> Report:
        """Where the loan stands on a day; on the day of the latest event, without one or where that is later."""
        on = max(as_of or max(self._last_on, self._last_charge_on), self._closed_through, self.terms.disbursed_on)
        account = payoff = None
        if self._history:
            on = max(on, self._history.account(on).last_event_on)
            account = self._history.account(on)
            payoff = self._history.payoff(on) if account.status is AccountStatus.ACTIVE else None
        lines, journal = self._effects.lines.values(), self._effects.journal
        return Report(self.terms, on, account, payoff, tuple(lines), tuple(journal))

    # One method an event

    def _disburse(self, fields: Mapping[str, Any]) -> None:
        if self._history is not None:
            raise AlreadyDisbursed
        on, amount = self._on(fields), read_optional_money(fields, "amount")
        if amount is not None and amount != self.terms.principal:
            raise AmountDiffersFromContract(f"the contract is for {self.terms.principal}", field="amount")
        self.terms = replace(self.terms, disbursed_on=on)
        disbursed = Disbursed(self._key("disburse"), "", on)
        self._history = LoanHistory(_LOAN_ID, self.terms, self.policy, disbursed, self._closed_through)

    def _repay(self, fields: Mapping[str, Any]) -> None:
        history = self._disbursed()
        payment = Repayment(
            key=self._key("repayment"),
            n=history.next_n,
            rail="",
            value_on=self._on(fields),
            amount=_positive(fields),
            closed_through=self._closed_through,
        )
        recorded_on = read_optional_date(fields, "recorded_on")
        if recorded_on is not None and recorded_on < payment.value_on:
            raise InvalidInput("money is not recorded before it arrived", field="recorded_on")
        self._history = history.recorded(payment)

    def _charge(self, fields: Mapping[str, Any]) -> None:
        history = self._disbursed()
        due_on = read_date(fields, "due_on")
        part = read_choice(fields, "charge", Part)
        self._history = history.recorded(Charge(self._key("charge"), history.next_n, due_on, part, _positive(fields)))
        self._last_charge_on = max(self._last_charge_on, due_on)  # a day that the loan is not moved to

    def _reverse(self, fields: Mapping[str, Any]) -> None:
        number = read_integer(fields, "event")
        if not 0 <= number < self._applied or self._kinds[number] == "day_end":
            raise UnknownEvent(f"there is no event {number} that can be reversed", field="event")
        if self._kinds[number] == "reverse":
            raise ReversalOfReversal(field="event")
        if number in self._reversed:
            raise AlreadyReversed(field="event")
        history = self._disbursed()
        if self._kinds[number] == "disburse":
            history.check_may_undo_disbursement()
            self._history = None
        else:
            target = f"{self._kinds[number]}:{number}"
            self._history = history.recorded(Reversal(self._key("reverse"), history.next_n, target))
        self._reversed.add(number)

    def _waive(self, fields: Mapping[str, Any]) -> None:
        history, on = self._disbursed(), self._on(fields)
        instalment, part = read_integer(fields, "instalment"), read_choice(fields, "part", Part)
        amount = read_optional_money(fields, "amount")
        if amount is None:
            amount = history.waivable(on, instalment, part)
            if not amount:
                raise WaiverAboveOutstanding("nothing is left of it", field="part")
        self._history = history.recorded(Waiver(self._key("waive"), history.next_n, on, instalment, part, amount))

    def _write_off(self, fields: Mapping[str, Any]) -> None:
        history = self._disbursed()
        self._history = history.recorded(WriteOff(self._key("write_off"), history.next_n, self._on(fields)))

    def _pay_off(self, fields: Mapping[str, Any]) -> None:
        history, on = self._disbursed(), self._on(fields)
        payoff = Payoff(
            key=self._key("payoff"),
            n=history.next_n,
            rail="",
            value_on=on,
            amount=history.payoff(on).total,
            closed_through=self._closed_through,
        )
        self._history = history.recorded(payoff)

    def _close(self, fields: Mapping[str, Any]) -> None:
        self._closed_through = max(self._closed_through, self._on(fields))
        if self._history is not None:
            self._history = self._history.closed(self._closed_through)

    # What they share

    def _key(self, kind: str) -> str:
        return f"{kind}:{self._applied}"

    def _on(self, fields: Mapping[str, Any]) -> date:
        on = read_date(fields, "on")
        self._last_on = max(self._last_on, on)
        return on

    def _disbursed(self) -> LoanHistory:
        if self._history is None:
            raise NotDisbursed
        return self._history

    def _note_effects(self) -> None:
        """Post what the event changed in the books, and keep each transaction as it last stood."""
        standing = Standing()
        if self._history is not None:
            run = self._replay.through(self._history, self._last_on)
            standing = Standing(transactions_of(run, self._history.disbursed), recognised_of(run))
        self._effects.note(self._applied, self.terms, standing)


def _positive(fields: Mapping[str, Any]) -> Money:
    amount = read_money(fields, "amount")
    if amount <= ZERO:
        raise NotMoreThanNothing(field="amount")
    return amount
