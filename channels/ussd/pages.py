"""A screen as USSD pages of at most 160 septets, `CON ` not counted. Nothing is cut: what does not fit goes on.

A page has the text and the numbered options, then a line of what else can be pressed: `98` where there is a next page,
`0` and `00`. A question or an end is one page whatever its length; `conversations check` refuses those that do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from channels.ussd.breaking import Break, Piece, Room, join, phrases, split
from conversations.engine import ScreenView, Text
from conversations.engine.messages import FOOTER_BACK, FOOTER_HOME, FOOTER_MORE
from conversations.engine.screens import BACK, HOME, MORE
from conversations.texts import Texts
from core.gsm0338 import fold, septets, unfoldable

PAGE_SEPTETS_MAX: Final = 160
"""What every network passes on; some allow 182."""


@dataclass(frozen=True, slots=True)
class UssdRenderer:
    """Lays screens out for USSD. Pure: the same view gives the same bytes.

    option_mark stands between an option's key and its name. closing is said as the last line of every page: SMS, which
    has the same letters and longer pages, has a mark and a closing of its own.
    """

    texts: Texts
    size_max: int = PAGE_SEPTETS_MAX
    option_mark: str = ". "
    closing: Text | None = None

    def render(self, view: ScreenView) -> str:
        """The text of the view's page; the last one when there are fewer."""
        pages = self.pages(view)
        return pages[min(view.page, len(pages) - 1)]

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has."""
        return len(self.pages(view))

    def option_page(self, view: ScreenView, key: str) -> int:
        """On which page the option of a key stands, counted from 0; 0 where no option has the key."""
        if self._fits(view, self._whole(view)):
            return 0
        options = iter(view.options)
        for page, pieces in enumerate(self._broken(view)):
            for piece in pieces:
                if piece.before is Break.OPTION and next(options).key == key:
                    return page
        return 0

    def measure(self, text: str) -> int:
        """What a text costs in septets, folded."""
        return septets(fold(text))

    def unfit(self, text: str) -> str:
        """The characters that folding can only replace by `?`."""
        return unfoldable(text)

    def pages(self, view: ScreenView) -> tuple[str, ...]:
        """Every page of the view, in GSM 03.38 characters."""
        whole = self._whole(view)
        return (whole,) if self._fits(view, whole) else tuple(self._split(view))

    def _fits(self, view: ScreenView, whole: str) -> bool:
        """Whether the view is one page: it has room on one, or may not be split."""
        return not view.can_page or septets(whole) <= self.size_max

    def _whole(self, view: ScreenView) -> str:
        """The view as one page, whatever its length."""
        said = [self._say(view, view.notice)] if view.notice is not None else []
        lines = [*said, self._say(view, view.text), *self._options(view)]
        lines += [piece.text for piece in self._footer(view, page=0, has_more=False)]
        return "\n".join(lines)

    def _options(self, view: ScreenView) -> Iterator[str]:
        for option in view.options:
            label = option.label if isinstance(option.label, str) else self._say(view, option.label)
            yield f"{option.key}{self.option_mark}{fold(label)}"

    def _split(self, view: ScreenView) -> Iterator[str]:
        pages = self._broken(view)
        for page, taken in enumerate(pages):
            yield join([*taken, *self._footer(view, page=page, has_more=page + 1 < len(pages))])

    def _broken(self, view: ScreenView) -> list[list[Piece]]:
        """What stands on each page, without its line of reserved keys."""
        room = Room(
            first=self._room(view, page=0, has_more=True),
            middle=self._room(view, page=1, has_more=True),
            last=self._room(view, page=1, has_more=False),
        )
        return split(list(self._pieces(view)), room)

    def _room(self, view: ScreenView, *, page: int, has_more: bool) -> int:
        """What a page has room for beside its line of reserved keys, in septets."""
        return self.size_max - sum(piece.size for piece in self._footer(view, page=page, has_more=has_more))

    def _pieces(self, view: ScreenView) -> Iterator[Piece]:
        """The phrases of the text, then each option as one piece."""
        if view.notice is not None:
            yield from phrases(self._say(view, view.notice))
        yield from phrases(self._say(view, view.text), Break.AFTER_NOTICE)
        for line in self._options(view):
            yield Piece("\n", line, Break.OPTION)

    def _footer(self, view: ScreenView, *, page: int, has_more: bool) -> list[Piece]:
        """One line of the reserved keys that act on this page, none when none does; then what closes every page."""
        offered = (
            (MORE, FOOTER_MORE, has_more),
            (BACK, FOOTER_BACK, view.can_go_back or page > 0),
            (HOME, FOOTER_HOME, view.can_go_home),
        )
        line = " ".join(f"{key} {self._say(view, Text(message))}" for key, message, acts in offered if acts)
        closing = self._say(view, self.closing) if self.closing is not None else ""
        return [Piece("\n", each) for each in (line, closing) if each]

    def _say(self, view: ScreenView, text: Text) -> str:
        return fold(self.texts.say(view.language, text, view.values))
