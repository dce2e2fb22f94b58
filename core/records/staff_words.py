"""What staff write for a borrower to read inside an SMS: held to what a plain phone shows and has room for.

Phones count septets and not characters (`core.gsm0338`), so this is the one rule for all such words.
"""

from __future__ import annotations

from typing import Final

from core.errors import InvalidInput
from core.gsm0338 import fold, septets, unfoldable

NAMED_MAX: Final = 12
"""How many of the characters that a phone cannot show a refusal names: enough to find them."""


class NotOnPhones(InvalidInput):
    """A plain phone has no likeness of these characters, so the borrower would read `?` or nothing for them."""

    code = "not_on_phones"

    def __init__(self, characters: str, *, field: str) -> None:
        super().__init__(f"a plain phone cannot show {' '.join(characters)}", field=field)
        self.characters = characters


class TooLongForSms(InvalidInput):
    """The words take more septets than their message has room for."""

    code = "too_long_for_sms"

    def __init__(self, taken: int, room: int, *, field: str) -> None:
        super().__init__(f"phones count {taken} characters, and there is room for {room}", field=field)
        self.taken, self.room = taken, room


def check_words_for_sms(words: str, *, room: int, field: str) -> str:
    """The words on one line, still in the letters that were typed: each channel folds for its own phones.

    `room` is in septets of the words as an SMS says them. Raises `InvalidInput` when there are none, `NotOnPhones`
    and `TooLongForSms`, each naming `field`.
    """
    line = " ".join(words.split())
    if not line:
        raise InvalidInput("say what the borrower is to read", field=field)
    said = fold(line)
    # Of a sentence a picture is dropped and the rest still said; of pictures alone nothing would be left to read.
    if lost := unfoldable(line) or ("" if said.strip() else "".join(dict.fromkeys(line.replace(" ", "")))):
        raise NotOnPhones(lost[:NAMED_MAX], field=field)
    if (taken := septets(said)) > room:
        raise TooLongForSms(taken, room, field=field)
    return line
