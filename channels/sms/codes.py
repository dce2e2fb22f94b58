"""The short codes that people write to. On one that others share, a word before the text says that it is for us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A number to write to. `keyword` is what a text on a shared code begins with; empty: the code is ours alone."""

    number: str
    keyword: str = ""

    @classmethod
    def parse(cls, written: str) -> ShortCode:
        """Read `32555`, or `32555:LETSEMA` for a shared one."""
        number, _, keyword = written.partition(":")
        return cls(number, keyword.upper())

    def text_for_us(self, text: str) -> str | None:
        """The text without the word of a shared code; None when it is somebody else's."""
        if not self.keyword:
            return text
        word, _, rest = text.partition(" ")
        return rest.strip() if word.upper() == self.keyword else None


def code_written_to(codes: Iterable[ShortCode], number: str) -> ShortCode | None:
    """The code that a message was sent to; None when it is not ours."""
    return next((code for code in codes if code.number == number), None)
