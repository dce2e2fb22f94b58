"""The kinds of screen a flow is declared from: frozen data that names message ids and targets, never literal text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from conversations.engine.asks import AskSpec, Command, PinCheck, Read, Target
from conversations.engine.validators import Validator
from core.money import Money

BACK: Final = "0"
HOME: Final = "00"
MORE: Final = "98"
RESERVED_KEYS: Final = frozenset({BACK, HOME, MORE})

LANGUAGE: Final = "language"
"""An answer saved under this name, or a fact of this name, also changes the conversation's language."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu. `key` is written out so that it never changes when options come and go.

    `code` is what is saved when the menu saves. With `when`, the option is there only if that answer or fact is set
    (and not 0); its number stays its own.
    """

    key: str
    label: str
    to: Target
    code: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Pick one of a few options. A deep dial may walk through it."""

    name: str
    text: str
    options: tuple[Option, ...]
    saves: str = ""
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Agree, or not, to what the text says. Like a menu, but a deep dial stops here."""

    name: str
    text: str
    options: tuple[Option, ...]
    saves: str = ""
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Ask for text that a validator turns into an answer. `personal` answers are kept apart, encrypted by the store."""

    name: str
    text: str
    saves: str
    check: Validator
    to: Target
    personal: bool = False
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyQuestion:
    """Ask for an amount between `low` and `high`: a `Money`, or the name of an answer or fact that holds one.

    With `multiple`, only multiples of it are taken.
    """

    name: str
    text: str
    saves: str
    to: Target
    low: Money | str
    high: Money | str
    multiple: Money | str | None = None
    personal: bool = False
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateQuestion:
    """Ask for a date, typed day month year (`05101990`, `5 10 1990`, `5-10-1990`, `5*10*1990`).

    `earliest` and `latest` are dates apart from the business date, in whole years (-120, 0); both are inclusive.
    """

    name: str
    text: str
    saves: str
    to: Target
    earliest_years: int = -120
    latest_years: int = 0
    personal: bool = False
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinQuestion:
    """Ask for the secret PIN. What is typed goes into the check and nowhere else: not the state, not a log, not a key.

    Anything but `digits` digits is asked again without a check, so that a slip costs no attempt.
    """

    name: str
    text: str
    check: PinCheck
    digits: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedList:
    """Pick one of the choices that a read brought (fact `items`), numbered from 1 over all pages."""

    name: str
    text: str
    items: str
    saves: str
    to: Target
    needs: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Offer an unfinished form: `1` continues where it stood, `2` starts it again. `{form}` is the flow's title.

    A machine has exactly one. The engine shows it, with the draft it is about; no transition names it.
    """

    name: str
    text: str
    continue_label: str
    again_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A step that nobody sees: ask, and go where the outcome says."""

    name: str
    ask: Read | Command


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last screen: the session is over. It is one page, whole.

    An unfinished form waits for the next dial at the screen before it; with `forgets`, nothing of it is kept.
    """

    name: str
    text: str
    forgets: bool = False
    needs: Read | None = None


Visible: TypeAlias = (
    Menu | Confirmation | Question | MoneyQuestion | DateQuestion | PinQuestion | PagedList | Resume | End
)
"""What a borrower can be shown."""

Screen: TypeAlias = Visible | Work
"""What a flow is made of."""


def ask_of(screen: Screen) -> AskSpec | None:
    """The one ask that a screen declares, if any."""
    return screen.check if isinstance(screen, PinQuestion) else asked_on_arrival(screen)


def asked_on_arrival(screen: Screen) -> AskSpec | None:
    """The ask that runs when a conversation arrives at a screen, before anything is shown."""
    match screen:
        case Work(ask=ask):
            return ask
        case PinQuestion() | Resume():
            return None
        case _:
            return screen.needs
