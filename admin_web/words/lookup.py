"""How a code's word is found in its table, and what a badge is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word and a tone: good, bad, warn, wait or neutral."""

    text: str
    tone: str


def word(table: Mapping[str, str], code: str) -> str:
    """The word for a code, the code itself where a newer writer knows one that this page does not."""
    return table.get(code, code)


def badge(table: Mapping[str, Badge], code: str) -> Badge:
    """The badge for a code, a neutral one with the bare code where there is none."""
    return table.get(code, Badge(code, "neutral"))
