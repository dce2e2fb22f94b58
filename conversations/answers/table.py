"""From the kind of an ask to the function that answers it, checked against the machine before anything runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from conversations.engine import Ask, Conversation, InvalidMachine, Machine, Outcome
from conversations.engine.asks import AskSpec, Command
from conversations.engine.rules import Problem, RuleName
from conversations.engine.screens import ask_of
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.borrower import Channel

DISTRICT_DOWN: Final = "district_down"
"""The outcome of every ask that needs the caller's district, when its records cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who asks, and where. `entry` is what the directory knew of the caller when the hop came in."""

    engine: Engine
    caller: PhoneNumber
    entry: PhoneEntry | None
    channel: Channel
    conversation: Conversation

    @property
    def registered(self) -> PhoneEntry | None:
        """The caller's entry once a registration is through."""
        return self.entry if self.entry is not None and self.entry.state == "active" else None


Answering: TypeAlias = Callable[[Scene, Ask], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The function, the outcomes it may return, those that already reach the borrower as a message of their own, and
    those that mean that it is done and tell nobody.
    """

    function: Answering
    outcomes: frozenset[str]
    told: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


class Answers:
    """Answers asks. Raises `InvalidMachine` when an ask of the machine has no answer, or another set of outcomes."""

    def __init__(self, machine: Machine, table: Mapping[str, Answer]) -> None:
        problems = tuple(_problems(machine, table))
        if problems:
            raise InvalidMachine(problems)
        self._table: Final = table

    async def __call__(self, scene: Scene, ask: Ask) -> Outcome:
        """Answer one ask. A district that is down is an outcome wherever the screen declares it."""
        answer = self._table[ask.kind]
        try:
            outcome = await answer.function(scene, ask)
        except DistrictDown:
            if DISTRICT_DOWN not in answer.outcomes:
                raise
            return Outcome(name=DISTRICT_DOWN)
        if outcome.name not in answer.outcomes:
            raise AssertionError(f"{ask.kind} does not declare the outcome {outcome.name}")
        return outcome

    def is_told(self, kind: str, outcome: str) -> bool:
        """Whether the use case behind a command tells the borrower of this outcome by itself."""
        return outcome in self._table[kind].told

    def is_done(self, kind: str, outcome: str) -> bool:
        """Whether a command did what was asked with this outcome, and no message of its own says so."""
        return outcome in self._table[kind].done


def _problems(machine: Machine, table: Mapping[str, Answer]) -> Iterator[Problem]:
    asked: set[str] = set()
    for name, screen in machine.screens.items():
        if (ask := ask_of(screen)) is not None:
            asked.add(ask.kind)
            yield from _ask_problems(name, ask, table)
    for kind in sorted(table.keys() - asked):
        yield Problem(RuleName.ANSWERS, kind, "nothing asks it")


def _ask_problems(name: str, ask: AskSpec, table: Mapping[str, Answer]) -> Iterator[Problem]:
    answer = table.get(ask.kind)
    if answer is None:
        yield Problem(RuleName.ANSWERS, name, f"nothing answers {ask.kind}")
        return
    if set(ask.outcomes) != answer.outcomes:
        declared, given = sorted(ask.outcomes), sorted(answer.outcomes)
        yield Problem(RuleName.ANSWERS, name, f"it declares {declared} for {ask.kind}, which is answered with {given}")
    if (answer.told or answer.done) and not isinstance(ask, Command):
        yield Problem(RuleName.ANSWERS, name, f"{ask.kind} tells an outcome by message, and is no command")
