"""What a channel hands to a turn and gets back: already free of any provider's wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from conversations.engine import ScreenView
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
    """

    channel: Channel
    service: str
    session: str
    caller: PhoneNumber
    text: str = field(repr=False)
    dialect: Dialect = Dialect.CUMULATIVE
    is_new: bool = False
    received_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to send, rendered for the channel, and whether the session is over.

    `screen` names what is shown, for metrics (`apply.amount`; empty for a notice): never data.
    """

    text: str
    ends: bool
    screen: str = ""


class Renderer(Protocol):
    """How a channel lays a screen out. Rendering is pure: the same view gives the same bytes."""

    def render(self, view: ScreenView) -> str:
        """The text of the view's page, without the channel's own prefix (`CON `)."""
        ...

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has: the machine asks before it turns one."""
        ...
