"""What happens to a conversation, and what one step of it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from conversations.engine.values import Value

if TYPE_CHECKING:
    from conversations.engine.state import Conversation, Draft
    from conversations.engine.views import ScreenView


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A new session: a dial, a first message, `/start`.

    `language` is the caller's own; empty, or not one of the machine's, while nobody knows it.
    `parts` are the choices of a deep dial (`*384*555*1*2#` gives `("1", "2")`). `drafts` are the caller's live ones,
    the newest first. `fresh_id` is a new random id, used if this turn begins a draft.
    """

    session: str
    today: date
    language: str
    fresh_id: str
    parts: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What the borrower answered, as it came; the engine bounds and cleans it. `repr` hides it: it may be a PIN."""

    text: str = field(repr=False)
    fresh_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to the ask under way: one of its declared names, with values that become facts.

    A value named `language` also changes the conversation's language.
    """

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)


Event: TypeAlias = Started | Input | Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the caller must find out or do before the turn can go on.

    Arguments are answers and facts by name (of a choice its code); those that were never given are absent. `key` is
    empty for a read. `secret` is the typed PIN, only in a PIN check, and never in a `repr`.
    """

    kind: str
    arguments: Mapping[str, Value] = field(repr=False)
    is_command: bool
    key: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The conversation after an event, and exactly one of: the ask to answer next, or the screen to show."""

    conversation: Conversation
    ask: Ask | None = None
    view: ScreenView | None = None
