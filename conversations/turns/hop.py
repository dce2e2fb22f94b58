"""What a channel hands to a turn and gets back: already free of any provider's wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from conversations.engine import Notice, ScreenView
from core.phones import PhoneNumber
from core.records.borrower import Channel


class Dialect(StrEnum):
    """How a gateway tells what was typed."""

    CUMULATIVE = "cumulative"
    """`text` is every answer of the session so far, joined by `*`; empty on the first hit."""
    PER_HOP = "per_hop"
    """`text` is this hop's answer alone; `is_new` says that the session begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request of a session. `repr` hides what was typed: it may be a PIN.

    `service` is the code that was dialled, or the bot's name. `received_at` is the event loop's time (`loop.time()`,
    seconds) of the request's first byte, from which the deadline counts; None: now.

    For per-hop dialects: `input_id` is the provider's own name of this input, so that the one a turn was made from is
    known again when it is delivered again; empty: it has none. `seen_turn` is the turn whose screen was answered,
    where that is known (a button): an answer to an earlier screen changes nothing, and its reply says that it is stale.
    """

    channel: Channel
    service: str
    session: str
    caller: PhoneNumber
    text: str = field(repr=False)
    dialect: Dialect = Dialect.CUMULATIVE
    is_new: bool = False
    input_id: str = ""
    seen_turn: int | None = None
    received_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to send, rendered for the channel, and whether the session is over.

    `screen` names what is shown, for metrics (`apply.amount`; empty for a notice): never data. `turn` is the turn that
    the screen belongs to, 0 for a notice. `is_stale`: the answer was to another screen; this is the one that stands.
    `notice`: what was said outside any screen; None where a screen is shown, and where a stored reply is repeated.
    """

    text: str
    ends: bool
    screen: str = ""
    turn: int = field(default=0, compare=False)
    is_stale: bool = False
    notice: Notice | None = field(default=None, compare=False)


class Renderer(Protocol):
    """How a channel lays a screen out. Rendering is pure: the same view gives the same bytes."""

    def render(self, view: ScreenView) -> str:
        """The text of the view's page, without the channel's own prefix (`CON `)."""
        ...

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has: the machine asks before it turns one."""
        ...

    def option_page(self, view: ScreenView, key: str) -> int:
        """On which page, counted from 0, an option stands: the machine asks before a confirmation takes it."""
        ...
