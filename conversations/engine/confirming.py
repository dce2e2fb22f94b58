"""Which presses would act twice: a gateway that sends each input alone may repeat one, which must do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conversations.engine.asks import Command, Show
from conversations.engine.errors import ConversationDefect, Refused
from conversations.engine.paths import input_edges, outcome_edges
from conversations.engine.reading import read_amount, read_date
from conversations.engine.screens import (
    Confirmation,
    DateQuestion,
    End,
    Menu,
    MoneyQuestion,
    PagedList,
    PinQuestion,
    Question,
    Resume,
    Screen,
    Work,
    asked_on_arrival,
)
from conversations.engine.showing import RESUME_AGAIN, RESUME_CONTINUE

if TYPE_CHECKING:
    from conversations.engine.flows import Machine

SAMPLES: Final = (*(str(number) for number in range(1, 98)), "1234", "150", "01012000", "58851234", "Thabo")
"""Answers tried on two screens in a row: keys, a PIN, an amount, a date, a number, a name."""


@dataclass(frozen=True, slots=True)
class DoublePress:
    """At `screen`, `key` runs a command, and `following`, shown after it, would take the same key."""

    screen: str
    key: str
    following: str


def double_presses(machine: Machine) -> Iterator[DoublePress]:
    """Every press that confirms a command and would act on the screen after it. Coming back to the same screen is
    none: there the command's key gives the outcome that is stored.
    """
    for name, screen in machine.screens.items():
        for key, target in _presses(machine, name, screen):
            for following in sorted(_shown_after(machine, name, target)):
                if following != name and takes(machine.screens[following], key):
                    yield DoublePress(name, key, following)
                    break


def takes(screen: Screen, text: str) -> bool:
    """Whether a screen would do something with a text. When in doubt (its bounds come from a read), yes."""
    match screen:
        case Work() | End():
            return False
        case PinQuestion(digits=digits):
            return text.isdigit() and len(text) == digits
        case MoneyQuestion():
            return read_amount(text) is not None
        case DateQuestion():
            return read_date(text) is not None
        case Question():
            return _accepts(screen, text)
        case _:
            return _offers(screen, text)


def _offers(screen: Menu | Confirmation | PagedList | Resume, text: str) -> bool:
    match screen:
        case Menu(options=options) | Confirmation(options=options):
            return any(option.key == text for option in options)
        case PagedList():
            return text.isdigit() and len(text) <= 2
        case _:
            return text in {RESUME_CONTINUE, RESUME_AGAIN}


def _accepts(screen: Question, text: str) -> bool:
    try:
        screen.check(text, {})
    except Refused:
        return False
    except ConversationDefect:
        return True
    return True


def _presses(machine: Machine, name: str, screen: Screen) -> Iterator[tuple[str, str]]:
    """What can be pressed at a screen, with where it leads at once (of a PIN, where each outcome leads)."""
    if isinstance(screen, Menu | Confirmation):
        yield from ((edge.label, edge.target) for edge in input_edges(machine, name, screen))
        return
    if isinstance(screen, Work | Resume):
        return
    onward = outcome_edges if isinstance(screen, PinQuestion) else input_edges
    targets = {edge.target for edge in onward(machine, name, screen)}
    yield from ((text, target) for target in sorted(targets) for text in SAMPLES if takes(screen, text))


def _shown_after(machine: Machine, name: str, target: str) -> set[str]:
    """The screens that may show after a command. Coming into a form, also the offer to continue the one that waits."""
    shown = _shown_after_command(machine, target, has_run=False)
    forms = {flow.name for flow in machine.flows if flow.keeps_draft} - {machine.flow_of(name).name}
    offers = any(machine.flow_of(following).name in forms for following in shown)
    return shown | {machine.resume} if offers else shown


def _shown_after_command(machine: Machine, name: str, *, has_run: bool) -> set[str]:
    """The screens that may show on arriving at `name`, where a command ran on the way."""
    screen = machine.screens[name]
    ask = asked_on_arrival(screen)
    if ask is None:
        return {name} if has_run else set()
    runs = has_run or isinstance(ask, Command)
    shown = {name} if runs and any(isinstance(target, Show) for target in ask.outcomes.values()) else set()
    for edge in outcome_edges(machine, name, screen):
        shown |= _shown_after_command(machine, edge.target, has_run=runs)
    return shown
