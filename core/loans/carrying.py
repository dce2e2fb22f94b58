"""A replay that goes on from where it stood, for a loan to which one thing after another happens.

To replay a whole history after each of its events takes time with the square of their number. What is carried on here
does the same things to the loan in the same order, so that its state is the replay's own; what cannot go on (a
backdated event, a charge, a reversal, a late close of a day that is past) is replayed from the start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from core.loans.account import live_events
from core.loans.events import Charge, Event, Reversal, ValueDated
from core.loans.history import LoanHistory
from core.loans.replaying import (
    Entry,
    Turn,
    charges_in_order,
    events_until,
    just_lent,
    live_through,
    rest_until,
    turns_until,
)
from core.loans.running import RunningLoan
from core.loans.schedule import schedule


@dataclass(slots=True)
class _Stage:
    """A loan to which all that its history says has happened before the close of a day, and nothing from there on.

    The close is the last of a day: another event of that day still finds its place before it. `charges` are all that
    the history has; no other event of it is later than the day.
    """

    history: LoanHistory
    loan: RunningLoan
    charges: list[Charge]
    day: date = date.min

    @classmethod
    def before(cls, history: LoanHistory) -> _Stage:
        """The loan of a history before anything has happened to it."""
        charges = charges_in_order(live_events(history.events))
        return cls(history, just_lent(schedule(history.terms), history.policy, history.disbursed, charges), charges)

    def leads_to(self, history: LoanHistory, until: date) -> bool:
        """Whether all that the history has besides comes after what has happened here."""
        known = replace(history, events=history.events[: self._known], closed_through=self.history.closed_through)
        return (
            known == self.history
            and self.day <= until
            and all(self._is_to_come(event) for event in history.events[self._known :])
            and self._has_seen_the_closes(history.closed_through)
        )

    def news(self, history: LoanHistory) -> list[ValueDated]:
        """What a history that this leads to has besides."""
        return live_events(history.events[self._known :])

    @property
    def _known(self) -> int:
        return len(self.history.events)

    def _is_to_come(self, event: Event) -> bool:
        """A charge is not, which is on its row from the start, and neither is a reversal, which is about the past."""
        return not isinstance(event, Charge | Reversal) and event.value_on >= self.day

    def _has_seen_the_closes(self, closed_through: date) -> bool:
        """Whether no day before this one was closed since then, nor opened, with something to close on it."""
        closes = [entry[0] for entry in turns_until(self.loan, closed_through, self.day) if entry[1] is Turn.CLOSE]
        return self.history.closed_through <= closed_through and not any(
            self.history.closed_through < day < self.day for day in closes
        )

    def go_on(self, history: LoanHistory, news: Iterable[ValueDated], until: date) -> RunningLoan:
        """Let the news happen, and the days up to one or to the last event; the loan at the end of the last of them."""
        events = [*news, *(charge for charge in self.charges if charge.value_on > self.day)]
        horizon = max([until, *(event.value_on for event in events if not isinstance(event, Charge))])
        turns = turns_until(self.loan, history.closed_through, horizon)
        live_through(self.loan, [*events_until(self.loan, events, horizon), *self._before_the_close(turns, horizon)])
        self.history, self.day = history, horizon
        return self._at_its_end(horizon)

    def _before_the_close(self, turns: Iterable[Entry], horizon: date) -> list[Entry]:
        return [entry for entry in turns if (self.day, Turn.EVENT) < entry[:2] < (horizon, Turn.CLOSE)]

    def _at_its_end(self, horizon: date) -> RunningLoan:
        loan = self.loan.copied()
        turns = turns_until(loan, self.history.closed_through, horizon)
        live_through(loan, [entry for entry in turns if entry[:2] == (horizon, Turn.CLOSE)])
        rest_until(loan, self.charges, horizon)
        return loan


class CarriedReplay:
    """The replays of histories that mostly have one event more, or one day more closed, than the one before."""

    def __init__(self) -> None:
        self._stage: _Stage | None = None

    def through(self, history: LoanHistory, until: date) -> RunningLoan:
        """The loan of a history as `run_through` has it."""
        if self._stage is not None and self._stage.leads_to(history, until):
            return self._stage.go_on(history, self._stage.news(history), until)
        self._stage = _Stage.before(history)
        standing = [event for event in live_events(history.events) if not isinstance(event, Charge)]
        return self._stage.go_on(history, standing, until)
