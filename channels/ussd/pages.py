"""A screen as USSD pages of at most 160 septets, `CON ` not counted. Nothing is cut: what does not fit goes on.

A page has the text and the numbered options, then a line of what else can be pressed: `98` where there is a next page,
`0` and `00`. A question or an end is one page whatever its length; `conversations check` refuses those that do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from channels.ussd.gsm0338 import fold, septets, unfoldable
from conversations.engine import ScreenView, Text
from conversations.engine.messages import FOOTER_BACK, FOOTER_HOME, FOOTER_MORE
from conversations.engine.screens import BACK, HOME, MORE
from conversations.texts import Texts

PAGE_SEPTETS_MAX: Final = 160
"""What every network passes on; some allow 182."""

_TIE: Final = "\u00a0"
# What nobody should have to read half of before pressing 98: 5 Oct 2026, 1234 567 890, +266 5885 1234.
_ONE_WORD: Final = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b|\b\d{4} \d{3} \d{3}\b|\+266 \d{4} \d{4}\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stays together on a page, and what stands between it and the piece before."""

    between: str
    text: str


@dataclass(frozen=True, slots=True)
class UssdRenderer:
    """Lays screens out for USSD. Pure: the same view gives the same bytes."""

    texts: Texts
    size_max: int = PAGE_SEPTETS_MAX

    def render(self, view: ScreenView) -> str:
        """The text of the view's page; the last one when there are fewer."""
        pages = self.pages(view)
        return pages[min(view.page, len(pages) - 1)]

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has."""
        return len(self.pages(view))

    def measure(self, text: str) -> int:
        """What a text costs in septets, folded."""
        return septets(fold(text))

    def unfit(self, text: str) -> str:
        """The characters that folding can only replace by `?`."""
        return unfoldable(text)

    def pages(self, view: ScreenView) -> tuple[str, ...]:
        """Every page of the view, in GSM 03.38 characters."""
        pieces = list(self._pieces(view))
        whole = _join([*pieces, *self._footer(view, page=0, has_more=False)])
        if not view.can_page or septets(whole) <= self.size_max:
            return (whole,)
        return tuple(self._split(view, pieces))

    def _split(self, view: ScreenView, pieces: list[Piece]) -> Iterator[str]:
        page = 0
        while septets(_join([*pieces, *self._footer(view, page=page, has_more=False)])) > self.size_max:
            footer = self._footer(view, page=page, has_more=True)
            taken, pieces = _take(pieces, self.size_max - sum(septets(each.between + each.text) for each in footer))
            yield _join([*taken, *footer])
            page += 1
        yield _join([*pieces, *self._footer(view, page=page, has_more=False)])

    def _pieces(self, view: ScreenView) -> Iterator[Piece]:
        """The words of the text, then each option as one piece."""
        if view.notice is not None:
            yield from _words(self._say(view, view.notice))
        yield from _words(self._say(view, view.text))
        for option in view.options:
            label = option.label if isinstance(option.label, str) else self._say(view, option.label)
            yield Piece("\n", f"{option.key}. {fold(label)}")

    def _footer(self, view: ScreenView, *, page: int, has_more: bool) -> list[Piece]:
        """One line of the reserved keys that act on this page; none when none does."""
        offered = (
            (MORE, FOOTER_MORE, has_more),
            (BACK, FOOTER_BACK, view.can_go_back or page > 0),
            (HOME, FOOTER_HOME, view.can_go_home),
        )
        line = " ".join(f"{key} {self._say(view, Text(message))}" for key, message, acts in offered if acts)
        return [Piece("\n", line)] if line else []

    def _say(self, view: ScreenView, text: Text) -> str:
        return fold(self.texts.say(view.language, text, view.values))


def _words(text: str) -> Iterator[Piece]:
    """The words of a text, each with the space or the line's end before it. A date or a grouped number is one."""
    tied = _ONE_WORD.sub(lambda match: match[0].replace(" ", _TIE), text)
    for line in tied.split("\n"):
        for number, word in enumerate(line.split(" ")):
            yield Piece(" " if number else "\n", word.replace(_TIE, " "))


def _join(pieces: list[Piece]) -> str:
    return "".join(piece.between + piece.text for piece in pieces).removeprefix("\n")


def _take(pieces: list[Piece], budget: int) -> tuple[list[Piece], list[Piece]]:
    """The pieces that fit a budget that not all of them fit, and the rest. One longer than a page is broken."""
    fitting = 0
    while septets(_join(pieces[: fitting + 1])) <= budget:
        fitting += 1
    return (pieces[:fitting], _from_line_start(pieces[fitting:])) if fitting else _break(pieces, budget)


def _from_line_start(pieces: list[Piece]) -> list[Piece]:
    """A page begins with a word, not with the space before it."""
    return [Piece("\n", pieces[0].text), *pieces[1:]]


def _break(pieces: list[Piece], budget: int) -> tuple[list[Piece], list[Piece]]:
    """Break the first piece: at its last space that fits, else where the budget ends."""
    text = pieces[0].text
    end = budget
    while septets(text[:end]) > budget:
        end -= 1
    space = text.rfind(" ", 1, end + 1)
    cut = space if space > 0 else end
    return [Piece("\n", text[:cut])], [Piece("\n", text[cut:].removeprefix(" ")), *pieces[1:]]
