"""Lays screens out for a chat: the text whole, in the letters of its language, and what can be pressed as buttons.

A screen has pages only where it is longer than Telegram's 4,096 characters or has more options than a keyboard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from channels.telegram.screens import BUTTONS_MAX, TEXT_CHARACTERS_MAX, Button, TelegramScreen
from conversations.chat_words import ChatWords
from conversations.engine import Notice, ScreenView, Text
from conversations.engine.messages import FOOTER_BACK, FOOTER_HOME, FOOTER_MORE
from conversations.engine.screens import BACK, HOME, MORE
from conversations.engine.views import Kind, OptionView
from conversations.texts import Texts

LABEL_CHARACTERS_MAX: Final = 36
"""What a narrow phone shows of a button. Where one is longer, options stand in the text, and buttons are numbers."""

_KEYS_IN_A_ROW: Final = 5

# What the engine says outside any screen speaks of dialling. A chat has other words for it.
CHAT_WORDS: Final = {
    Notice.DIAL_AGAIN.value: ChatWords.AGAIN.value,
    Notice.SLOW.value: ChatWords.SLOW.value,
    Notice.RECEIVED.value: ChatWords.RECEIVED.value,
    Notice.UNSURE.value: ChatWords.UNSURE.value,
    Notice.TAKEN_OVER.value: ChatWords.TAKEN_OVER.value,
    # Home and the options are buttons there, named and not numbered.
    "pin.wrong": ChatWords.WRONG_PIN.value,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text, and the option that it names; or a button of its own without a line."""

    text: str | None
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class TelegramRenderer:
    """Lays screens out for a chat. Pure: the same view gives the same bytes."""

    texts: Texts

    def render(self, view: ScreenView) -> str:
        """The view's page as canonical JSON; the last one when there are fewer."""
        return self.screen(view).to_json()

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has: nearly always one."""
        return len(self.pages(view))

    def option_page(self, view: ScreenView, key: str) -> int:
        """On which page the option of a key stands, counted from 0; 0 where no option has the key."""
        for page, lines in enumerate(self._broken(view)):
            if any(line.button is not None and line.button.key == key for line in lines):
                return page
        return 0

    def screen(self, view: ScreenView) -> TelegramScreen:
        """The view's page."""
        pages = self.pages(view)
        return pages[min(view.page, len(pages) - 1)]

    def pages(self, view: ScreenView) -> tuple[TelegramScreen, ...]:
        """Every page of the view."""
        pages = self._broken(view)
        return tuple(self._page(view, page, number, len(pages)) for number, page in enumerate(pages))

    def _broken(self, view: ScreenView) -> list[list[_Line]]:
        """The lines and buttons of each page, without the reserved keys."""
        lines = list(self._lines(view))
        return list(_pages(lines)) if view.can_page else [lines]

    def _page(self, view: ScreenView, lines: list[_Line], number: int, count: int) -> TelegramScreen:
        text = "\n".join(line.text for line in lines if line.text is not None)
        named = [line for line in lines if line.button is not None and line.text is not None]
        buttons = [line.button for line in lines if line.button is not None]
        wide = _KEYS_IN_A_ROW if named else 1
        rows = [tuple(buttons[start : start + wide]) for start in range(0, len(buttons), wide)]
        reserved = tuple(self._reserved(view, number, has_more=number + 1 < count))
        # A page of buttons alone still needs a text: Telegram refuses an empty one.
        shown = text or self._say(view, view.text)
        return TelegramScreen(shown, (*rows, reserved) if reserved else tuple(rows), view.kind is Kind.PIN)

    def _lines(self, view: ScreenView) -> Iterator[_Line]:
        said = [*([view.notice, Text("")] if view.notice is not None else []), view.text]
        for text in said:
            written = self._say(view, text) if text.message else ""
            yield from (_Line(part) for line in written.split("\n") for part in _parts(line))
        labels = [self._label(view, option) for option in view.options]
        is_long = any(len(label) > LABEL_CHARACTERS_MAX for label in labels)
        for option, label in zip(view.options, labels, strict=True):
            named = f"{option.key}. {label}"
            if is_long:
                yield _Line(named[:TEXT_CHARACTERS_MAX], Button(option.key, option.key))
            else:
                yield _Line(None, Button(named, option.key))

    def _label(self, view: ScreenView, option: OptionView) -> str:
        return option.label if isinstance(option.label, str) else self._say(view, option.label)

    def _reserved(self, view: ScreenView, page: int, *, has_more: bool) -> Iterator[Button]:
        """The keys that act on this page, by their names."""
        offered = (
            (MORE, FOOTER_MORE, has_more),
            (BACK, FOOTER_BACK, view.can_go_back or page > 0),
            # A chat goes on after an end: there the key begins the next conversation.
            (HOME, FOOTER_HOME, view.can_go_home or view.ends),
        )
        yield from (Button(self._say(view, Text(message)), key) for key, message, acts in offered if acts)

    def _say(self, view: ScreenView, text: Text) -> str:
        said = Text(CHAT_WORDS[text.message], text.values) if text.message in CHAT_WORDS else text
        return self.texts.say(view.language, said, view.values)


def _parts(line: str) -> Iterator[str]:
    """A line, or its pieces where it is longer than a whole message."""
    yield line[:TEXT_CHARACTERS_MAX]
    for start in range(TEXT_CHARACTERS_MAX, len(line), TEXT_CHARACTERS_MAX):
        yield line[start : start + TEXT_CHARACTERS_MAX]


def _pages(lines: list[_Line]) -> Iterator[list[_Line]]:
    """As many lines and buttons a page as Telegram takes."""
    page: list[_Line] = []
    characters = buttons = 0
    for line in lines:
        size = 0 if line.text is None else len(line.text) + 1
        if page and (characters + size > TEXT_CHARACTERS_MAX or buttons + (line.button is not None) > BUTTONS_MAX):
            yield page
            page, characters, buttons = [], 0, 0
        page.append(line)
        characters += size
        buttons += line.button is not None
    yield page
