"""Words that mean the same whatever the screen: what an SMS may begin with instead of an answer, in both languages.

The table is data: a word is added here and nowhere else. Words are compared without case, accents or punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.gsm0338 import fold


class Keyword(StrEnum):
    """What a word asks for."""

    BALANCE = "balance"
    HELP = "help"
    STOP = "stop"
    START = "start"
    MENU = "menu"


KEYWORDS: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        "BAL": Keyword.BALANCE,
        "BALANCE": Keyword.BALANCE,
        "CHELETE": Keyword.BALANCE,
        "MOKOLOTO": Keyword.BALANCE,
        "HELP": Keyword.HELP,
        "THUSO": Keyword.HELP,
        "STOP": Keyword.STOP,
        "EMISA": Keyword.STOP,
        "UNSUBSCRIBE": Keyword.STOP,
        "START": Keyword.START,
        "QALA": Keyword.START,
        "MENU": Keyword.MENU,
        "LETSEMA": Keyword.MENU,
    }
)

CHOICES: Final[Mapping[Keyword, str]] = MappingProxyType({Keyword.BALANCE: "2"})
"""By word, what it presses on the menu of a registered number, as in a dial such as `*384*555*2#`."""

_WORD: Final = re.compile(r"[^A-Z0-9]*([A-Z]+)[^A-Z0-9]*")


def keyword_of(text: str) -> Keyword | None:
    """The keyword that a text is, and nothing else beside it; None for an answer."""
    match = _WORD.fullmatch(fold(text).upper())
    return KEYWORDS.get(match[1]) if match else None
