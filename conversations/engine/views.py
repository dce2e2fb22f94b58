"""A screen as a channel receives it: ids and typed values, in an order, with no layout and no language applied yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from conversations.engine.values import Scope, Text


class Kind(StrEnum):
    """What a channel needs to know about a screen to lay it out."""

    MENU = "menu"
    QUESTION = "question"
    PIN = "pin"
    LIST = "list"
    END = "end"


@dataclass(frozen=True, slots=True)
class OptionView:
    """One line to pick: what to press, and how it is called (data, or a message)."""

    key: str
    label: str | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenView:
    """What to show. `notice` stands above `text`: why an answer was refused, or what has just been done.

    `values` fill the placeholders of every text, below the values that it brings itself. `page` counts from 0; a
    question and an end have one page always, and a renderer that cannot fit one says so.
    `is_confirmation` tells a chat channel not to leave its buttons live after the answer.
    """

    screen: str
    kind: Kind
    language: str
    text: Text
    values: Scope = field(default_factory=dict, repr=False)
    notice: Text | None = None
    options: tuple[OptionView, ...] = ()
    page: int = 0
    can_go_back: bool = False
    can_go_home: bool = False
    is_confirmation: bool = False

    @property
    def ends(self) -> bool:
        """Whether the session is over."""
        return self.kind is Kind.END

    @property
    def can_page(self) -> bool:
        """Whether this screen may be split over pages."""
        return self.kind in (Kind.MENU, Kind.LIST)
