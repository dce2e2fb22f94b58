"""The worst values that a screen can be asked to show, and which of several is the worst in a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from conversations.engine import Choice, Text, Value
from conversations.engine.examples import EXAMPLE
from conversations.texts import Texts
from conversations.texts.filling import write
from core.money import Money

Candidates: TypeAlias = Mapping[str, Sequence[Value]]
"""By placeholder, values that may be the longest: several, because that depends on the language and on folding."""

LARGEST_AMOUNT: Final = Money(999_999_99)
LONGEST_DATE: Final = date(2026, 12, 25)

OF_THE_ENGINE: Final[Candidates] = {
    "low": (LARGEST_AMOUNT,),
    "high": (LARGEST_AMOUNT,),
    "multiple": (LARGEST_AMOUNT,),
    "earliest": (LONGEST_DATE,),
    "latest": (LONGEST_DATE,),
    "today": (LONGEST_DATE,),
    "digits": (12,),
    EXAMPLE: (LARGEST_AMOUNT,),
    "longest": (182,),
    "language": ("st_LS",),
}
"""What the engine's own refusals bring. Whoever checks may put other values in their place."""


@dataclass(frozen=True, slots=True)
class Worst:
    """Picks the worst value for each placeholder. `measure` is the channel's: it folds, then counts."""

    candidates: Candidates
    texts: Texts
    measure: Callable[[str], int]

    def names(self) -> frozenset[str]:
        """The placeholders that there is a worst value for."""
        return frozenset(self.candidates)

    def values(self, language: str) -> dict[str, Value]:
        """For each placeholder the candidate that takes most room in this language; of lists the longest."""
        chosen: dict[str, Value] = {name: values[0] for name, values in self.candidates.items()}
        for name, values in self.candidates.items():
            chosen[name] = max(values, key=lambda value: self._size(language, value, chosen))
        return chosen

    def _size(self, language: str, value: Value, others: Mapping[str, Value]) -> int:
        return self.measure(write(value, lambda text: self.texts.say(language, text, others)))


def messages_in(candidates: Candidates) -> frozenset[str]:
    """The ids of the texts among the values: what the asks' handlers may say."""
    return frozenset(message for values in candidates.values() for value in values for message in _messages_of(value))


def _messages_of(value: Value) -> frozenset[str]:
    match value:
        case Text(message=message, values=values):
            return frozenset({message}).union(*(_messages_of(inner) for inner in values.values()))
        case Choice(label=label):
            return _messages_of(label)
        case tuple():
            return frozenset().union(*(_messages_of(item) for item in value))
        case _:
            return frozenset()
