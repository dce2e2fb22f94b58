"""A screen as SMS: the whole of it in as few parts as possible, at most three; a longer one goes on with 98.

SMS never asks for a PIN: where the machine does, the text says what to dial instead, and the form waits there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from channels.ussd.pages import UssdRenderer
from conversations.engine import Notice, ScreenView, Text
from conversations.engine.views import Kind
from conversations.texting_words import TextingWords
from conversations.texts import Texts

SCREEN_PARTS_MAX: Final = 3
"""What one answer may cost: three parts hold every decision of the borrower's machine whole."""

SCREEN_SEPTETS_MAX: Final = SCREEN_PARTS_MAX * 153

# What the engine says outside any screen speaks of dialling again. By SMS one sends again.
_WORDS: Final = {
    Notice.DIAL_AGAIN.value: TextingWords.AGAIN.value,
    Notice.SLOW.value: TextingWords.SLOW.value,
    Notice.RECEIVED.value: TextingWords.RECEIVED.value,
    Notice.UNSURE.value: TextingWords.UNSURE.value,
    Notice.TAKEN_OVER.value: TextingWords.TAKEN_OVER.value,
}
_RESERVED: Final = "reserved"


@dataclass(frozen=True)
class SmsRenderer:
    """Lays screens out for SMS, each saying what to dial (`service_code`). Pure: the same view gives the same bytes."""

    texts: Texts
    service_code: str

    @property
    def size_max(self) -> int:
        """The most septets that one answer may have."""
        return SCREEN_SEPTETS_MAX

    def render(self, view: ScreenView) -> str:
        """The text of the view's page; the last one when there are fewer."""
        return self._layout.render(self._as_sent(view))

    def count_pages(self, view: ScreenView) -> int:
        """How many pages the view has: nearly always one."""
        return self._layout.count_pages(self._as_sent(view))

    def option_page(self, view: ScreenView, key: str) -> int:
        """On which page the option of a key stands, counted from 0; 0 where no option has the key."""
        return self._layout.option_page(self._as_sent(view), key)

    def pages(self, view: ScreenView) -> tuple[str, ...]:
        """Every page of the view, in GSM 03.38 characters."""
        return self._layout.pages(self._as_sent(view))

    def measure(self, text: str) -> int:
        """What a text costs in septets, folded."""
        return self._layout.measure(text)

    def unfit(self, text: str) -> str:
        """The characters that folding can only replace by `?`."""
        return self._layout.unfit(text)

    @cached_property
    def _layout(self) -> UssdRenderer:
        return UssdRenderer(
            self.texts,
            size_max=SCREEN_SEPTETS_MAX,
            option_mark=" ",
            closing=Text(TextingWords.DIAL, {"service_code": self.service_code}),
        )

    def _as_sent(self, view: ScreenView) -> ScreenView:
        """The view with its words for SMS, and without any question for a PIN."""
        if view.kind is not Kind.PIN:
            return replace(view, text=_by_sms(view.text))
        return replace(view, notice=None, text=self._dial_for_the_pin(view))

    def _dial_for_the_pin(self, view: ScreenView) -> Text:
        """Where the PIN is typed, with the form's reference where it has one."""
        words = TextingWords.PIN_RESERVED if _RESERVED in view.values else TextingWords.PIN
        return Text(words, {"service_code": self.service_code})


def _by_sms(text: Text) -> Text:
    return Text(_WORDS[text.message], text.values) if text.message in _WORDS else text
