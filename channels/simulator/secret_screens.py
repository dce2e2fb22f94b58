"""Which page asks for a secret, by what the machine declares of its screens: never by the looks of what was typed.

USSD tells the screen's name beside its page. A text or a chat message names none, so there the page is known by the
words that the catalogues have for such screens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from conversations.engine import Machine, PinQuestion
from conversations.flows import BORROWER
from conversations.texting_words import TextingWords
from conversations.texts import Texts, load_texts
from conversations.texts.filling import PLACEHOLDER
from core.gsm0338 import fold

_IN_PLACE: Final = (TextingWords.PIN.value, TextingWords.PIN_RESERVED.value)
"""What an SMS says where a screen wants a PIN: who types one all the same has typed a secret."""


@dataclass(frozen=True, slots=True)
class SecretScreens:
    """The screens of a machine that ask for a secret: their names, and their words in every language."""

    names: frozenset[str]
    words: re.Pattern[str]

    def is_one(self, name: str, page: str) -> bool:
        """Whether a page asks for a secret. `name` is the screen's where the channel tells it, else empty."""
        return name in self.names if name else self.words.search(fold(page)) is not None


def secret_screens_of(machine: Machine, texts: Texts) -> SecretScreens:
    """What a machine declares with its PIN questions."""
    asking = {name: screen.text for name, screen in machine.screens.items() if isinstance(screen, PinQuestion)}
    return SecretScreens(frozenset(asking), _any_of(_templates(texts, {*asking.values(), *_IN_PLACE})))


@cache
def borrower_secrets() -> SecretScreens:
    """Those of the borrower's machine."""
    return secret_screens_of(BORROWER, load_texts())


def _templates(texts: Texts, messages: Iterable[str]) -> set[str]:
    said = {texts.template(language, message) for language in texts.languages for message in messages}
    return {template for template in said if template}


def _any_of(templates: Iterable[str]) -> re.Pattern[str]:
    """Whole lines that are one of the templates, whatever their placeholders hold, in the letters of any phone."""
    patterns = (".*?".join(map(re.escape, _literals(template))) for template in sorted(templates))
    return re.compile(rf"^(?:{'|'.join(patterns)})$", re.MULTILINE | re.DOTALL)


def _literals(template: str) -> list[str]:
    """What stands between a template's placeholders."""
    return [fold(literal) for literal in PLACEHOLDER.sub("\0", template).split("\0")]
