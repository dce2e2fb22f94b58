"""Where a long screen breaks into pages: at line ends first, then between sentences, clauses and words.

A figure is never parted from what it says. `M50.00 a month`, `fees M50.00`, `Next: M353.53 on 23 Dec 2026` stay on one
page, because a borrower who reads half of it before pressing 98 has read something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Final

from core.gsm0338 import septets


class Break(IntEnum):
    """What it costs the reader when a page ends before a piece. Two pages' turns are worth one broken phrase."""

    OPTION = 0
    LINE = 1
    FIGURES = 6
    """Between two lines that both hold figures: those of one decision are compared, so they stay together."""
    SENTENCE = 10
    AFTER_NOTICE = 15
    """Under the sentence that says why the screen is asked again: that sentence alone helps nobody."""
    CLAUSE = 25
    WORD = 60


PAGE_COST: Final = 30
"""One more page to turn: a hop of several seconds, so dearer than a broken clause and cheaper than a broken phrase."""

TIE: Final = "\u00a0"
"""Stands for the spaces inside a date or a number, which is not broken even where its phrase must be."""

# One word each: 5 Oct 2026, 1234 567 890, +266 5885 1234.
_ONE_WORD: Final = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b|\b\d{4} \d{3} \d{3}\b|\+266 \d{4} \d{4}\b")
_ENDS_SENTENCE: Final = (".", "!", "?")
_ENDS_CLAUSE: Final = (",", ";")
_PAUSES: Final = (*_ENDS_SENTENCE, *_ENDS_CLAUSE, ":")
_PHRASE_WORDS: Final = 2
"""How many words after a figure belong to it: `M50 a month`, `3 days of`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stays together on a page, what stands between it and the piece before, and how well a page may
    end before it.
    """

    between: str
    text: str
    before: Break = Break.LINE

    @property
    def size(self) -> int:
        """Septets, with what stands before it."""
        return septets(self.between + self.text)


@dataclass(frozen=True, slots=True)
class Room:
    """What pages may measure, in septets: `first` and `middle` are followed by another, `last` by none."""

    first: int
    middle: int
    last: int


def phrases(text: str, start: Break = Break.LINE) -> Iterator[Piece]:
    """The words of a text with the figures tied to their phrases, each with the space or the line's end before it.

    `start` is how well a page may end before the whole text.
    """
    above = ""
    for line in text.split("\n"):
        if _has_figure(above) and _has_figure(line):
            start = Break.FIGURES
        last = ""
        for number, phrase in enumerate(_tied(line)):
            yield Piece(" ", phrase, _between(last)) if number else Piece("\n", phrase, start)
            last = phrase
        above, start = line, Break.LINE


def join(pieces: Sequence[Piece]) -> str:
    """The pieces as a page shows them."""
    return "".join(piece.between + piece.text for piece in pieces).removeprefix("\n").replace(TIE, " ")


def split(pieces: Sequence[Piece], room: Room) -> list[list[Piece]]:
    """The pages, with the best breaks there are; a piece longer than a page is broken. Each page has a piece."""
    parts = [part for piece in pieces for part in _within(piece, min(room.first, room.middle, room.last))]
    ends = _best_ends(parts, room)
    pages, start = [], 0
    while start < len(parts):
        pages.append([replace(parts[start], between=""), *parts[start + 1 : ends[start]]])
        start = ends[start]
    return pages


def _best_ends(parts: Sequence[Piece], room: Room) -> list[int]:
    """By the number of the piece that a page begins with, where it best ends; of equals, the fullest page."""
    whole = len(parts)
    sizes = [part.size for part in parts]
    costs = [0] * (whole + 1)
    ends = [whole] * whole
    for start in reversed(range(whole)):
        size, best = -len(parts[start].between), -1
        for end in range(start + 1, whole + 1):
            size += sizes[end - 1]
            if end < whole and size > (room.middle if start else room.first):
                # Only the last page has more room, so nothing but the whole rest may still fit.
                if size > room.last:
                    break
                continue
            if end == whole and size > room.last:
                break
            cost = costs[end] + (PAGE_COST + parts[end].before if end < whole else 0)
            if best < 0 or cost <= best:
                best, ends[start] = cost, end
        costs[start] = best
    return ends


def _within(piece: Piece, size_max: int) -> Iterator[Piece]:
    """The piece, or its parts where it is longer than a page: broken at spaces, or anywhere in a longer word."""
    text, between, before = piece.text, piece.between, piece.before
    while septets(text) > size_max:
        end = size_max
        while septets(text[:end]) > size_max:
            end -= 1
        space = text.rfind(" ", 1, end + 1)
        cut = space if space > 0 else end
        yield Piece(between, text[:cut], before)
        text, between = (text[cut + 1 :], " ") if space > 0 else (text[cut:], "")
        before = Break.WORD
    yield Piece(between, text, before)


def _tied(line: str) -> Iterator[str]:
    """The words of a line, those of a phrase with a figure as one."""
    words = _ONE_WORD.sub(lambda match: match[0].replace(" ", TIE), line).split(" ")
    phrase, following = words[0], 0
    for last, word in pairwise(words):
        following = _PHRASE_WORDS if _is_count(last) else following - 1
        continues = following > 0 and not last.endswith(_PAUSES)
        if continues or _leads_to_figure(last, word):
            phrase += f" {word}"
        else:
            yield phrase
            phrase, following = word, 0
    yield phrase


def _leads_to_figure(last: str, word: str) -> bool:
    """Whether a word is the label of the figure after it (`fees M50.00`, `Next: M353.53`)."""
    return _has_figure(word) and not last.endswith((*_ENDS_SENTENCE, *_ENDS_CLAUSE))


def _is_count(word: str) -> bool:
    """A figure that counts something that follows; a date or a reference is whole without."""
    return _has_figure(word) and TIE not in word


def _has_figure(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _between(last: str) -> Break:
    if last.endswith(_ENDS_SENTENCE):
        return Break.SENTENCE
    # What a colon announces belongs to it: "Fees:" at the end of a page announces nothing.
    return Break.CLAUSE if last.endswith(_ENDS_CLAUSE) else Break.WORD
