"""Where a screen can lead, as data: the edges of the graph, and what arriving somewhere may cost in asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conversations.engine.asks import Again, AskSpec, Command, OutcomeTarget, PinCheck, Show
from conversations.engine.screens import (
    Confirmation,
    End,
    Menu,
    PinQuestion,
    Resume,
    Screen,
    Work,
    ask_of,
    asked_on_arrival,
)

if TYPE_CHECKING:
    from conversations.engine.flows import Machine

ANSWER: Final = "answer"
CONTINUE: Final = "continue"
AGAIN: Final = "again"
GIVE_UP: Final = "gave up"


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a screen to another. `label` is the key pressed, `ANSWER`, or the name of an outcome."""

    source: str
    target: str
    label: str
    by_input: bool


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """The most asks and commands that one arrival may take before a screen shows."""

    asks: int = 0
    commands: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.asks + other.asks, self.commands + other.commands)

    def __or__(self, other: Cost) -> Cost:
        """The larger of each."""
        return Cost(max(self.asks, other.asks), max(self.commands, other.commands))


class AskCycle(Exception):
    """Asks can lead to one another without a screen between them."""


def edges(machine: Machine) -> Iterator[Edge]:
    """Every way through the machine, but for back, home and the third wrong answer."""
    for name, screen in machine.screens.items():
        yield from input_edges(machine, name, screen)
        yield from outcome_edges(machine, name, screen)


def input_edges(machine: Machine, name: str, screen: Screen) -> Iterator[Edge]:
    """The ways that an answer opens."""
    match screen:
        case Menu(options=options) | Confirmation(options=options):
            for option in options:
                for target in machine.targets(name, option.to):
                    yield Edge(name, target, option.key, by_input=True)
        case Resume():
            yield from _resume_edges(machine, name)
        case Work() | End() | PinQuestion():
            return
        case _:
            for target in machine.targets(name, screen.to):
                yield Edge(name, target, ANSWER, by_input=True)


def outcome_edges(machine: Machine, name: str, screen: Screen) -> Iterator[Edge]:
    """The ways that the outcomes of a screen's ask open. Those of a PIN check need an input first."""
    ask = ask_of(screen)
    for outcome, target in ask.outcomes.items() if ask else ():
        for following in machine.targets(name, target):
            yield Edge(name, following, outcome, by_input=isinstance(ask, PinCheck))


def _resume_edges(machine: Machine, name: str) -> Iterator[Edge]:
    """Again leads to an entry; continue to any screen that a form can wait at."""
    for flow in machine.flows:
        if flow.keeps_draft:
            yield Edge(name, flow.entry, AGAIN, by_input=True)
            for screen in flow.screens:
                if not isinstance(screen, Work | End | Resume):
                    yield Edge(name, f"{flow.name}.{screen.name}", CONTINUE, by_input=True)


def arrival_cost(machine: Machine, name: str, above: tuple[str, ...] = ()) -> Cost:
    """The most that arriving at a screen can cost. Raises `AskCycle`."""
    if name in above:
        raise AskCycle(" -> ".join((*above, name)))
    ask = asked_on_arrival(machine.screens[name])
    return _ask_cost(machine, name, ask, above) if ask else Cost()


def input_cost(machine: Machine, name: str) -> Cost:
    """The most that one answer at a screen can cost. Raises `AskCycle`."""
    screen = machine.screens[name]
    if isinstance(screen, PinQuestion):
        return _ask_cost(machine, name, screen.check, ())
    worst = Cost()
    for edge in input_edges(machine, name, screen):
        worst |= arrival_cost(machine, edge.target)
    return worst


def target_cost(machine: Machine, name: str, target: OutcomeTarget) -> Cost:
    """The most that following one target of a screen can cost. Raises `AskCycle`."""
    worst = Cost()
    for following in machine.targets(name, target):
        worst |= arrival_cost(machine, following)
    return worst


def _ask_cost(machine: Machine, name: str, ask: AskSpec, above: tuple[str, ...]) -> Cost:
    worst = Cost()
    for target in ask.outcomes.values():
        if isinstance(target, Again):
            worst |= arrival_cost(machine, machine.gave_up, (*above, name))
        elif not isinstance(target, Show):
            for following in machine.targets(name, target):
                # A PIN check comes from an input: coming back to its screen is no cycle, it waits for another.
                worst |= arrival_cost(machine, following, above if isinstance(ask, PinCheck) else (*above, name))
    return worst + Cost(asks=1, commands=int(isinstance(ask, Command)))
