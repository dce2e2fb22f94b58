"""What a screen may ask of the world, and where each answer leads. Declarations only: the engine performs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from conversations.engine.values import Scope


@dataclass(frozen=True, slots=True)
class To:
    """Go to a screen and show a sentence above its text ("You are registered.")."""

    screen: str
    notice: str


@dataclass(frozen=True, slots=True)
class Again:
    """Ask the same question again with the reason above it; it counts as a wrong answer."""

    message: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A computed transition: `choose` looks at the answers and names one of the declared `targets`."""

    targets: tuple[str, ...]
    choose: Callable[[Scope], str]


@dataclass(frozen=True, slots=True)
class Show:
    """The outcome after which the screen that asked is itself shown."""


SHOW: Final = Show()

Target: TypeAlias = str | To | Branch
"""Where an answer leads: `"amount"` is a screen of the same flow, `"main.menu"` one of the flow `main`."""

OutcomeTarget: TypeAlias = str | To | Branch | Again | Show
"""Where an outcome leads. `Again` only from a PIN check, `SHOW` only from what a screen needs before it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Look something up. `arguments` are the names of answers and facts that are handed over when they are there."""

    kind: str
    outcomes: Mapping[str, OutcomeTarget]
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCheck:
    """Hand the typed PIN, and nothing else of it, to whoever verifies or stages it.

    Its key is always the attempt (`pin:{session}:{turn}`), so that a hop delivered twice counts once.
    """

    kind: str
    outcomes: Mapping[str, OutcomeTarget]
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Do something, once. `key` names what is done, filled from `{draft}` or from answers and facts (`accept:{offer}`).

    What may be done over and over (a setting that is changed there and back) is named by `{session}:{turn}`.

    `finishes` lists the outcomes after which the flow's draft is done with and its trail is forgotten.
    """

    kind: str
    key: str
    outcomes: Mapping[str, OutcomeTarget]
    arguments: tuple[str, ...] = ()
    finishes: tuple[str, ...] = ()


AskSpec: TypeAlias = Read | PinCheck | Command
