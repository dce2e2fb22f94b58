"""The numbers that people read out and type: ten digits that name a district cell, and betray a slip of the thumb.

Two digits for the district cell, seven random, one check digit (Damm's scheme, which catches every single wrong digit
and every swap of neighbours). A keypad can type them; a database id is never shown to anyone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.errors import InvalidInput

# H. Michael Damm's quasigroup of order ten (dissertation, Marburg 2004), as published.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

_LENGTH: Final = 10
_RANDOM_DIGITS: Final = 7


class InvalidReference(InvalidInput):
    """The number typed is not one of ours: a digit is wrong, missing or swapped."""

    code = "invalid_reference"


def damm_digit(digits: str) -> int:
    """The check digit of a string of decimal digits; zero for a string that ends in its own check digit."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


@dataclass(frozen=True, slots=True)
class Reference:
    """A checked reference number. `str` gives the ten digits as they are stored and typed."""

    digits: str

    @classmethod
    def parse(cls, typed: str) -> Reference:
        """Read what a person typed, spaces and dashes allowed. Raises `InvalidReference`."""
        digits = typed.replace(" ", "").replace("-", "")
        if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()) or damm_digit(digits) != 0:
            raise InvalidReference(field="reference")
        return cls(digits)

    @classmethod
    def make(cls, cell_number: int, random_below: Callable[[int], int]) -> Reference:
        """Make a new one for a district cell (10 to 99). The caller reserves it before showing it to anyone."""
        if not 10 <= cell_number <= 99:
            raise ValueError(f"a district cell is numbered 10 to 99, not {cell_number}")
        body = f"{cell_number}{random_below(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}d}"
        return cls(f"{body}{damm_digit(body)}")

    @property
    def cell_number(self) -> int:
        """The district cell that the number routes to."""
        return int(self.digits[:2])

    @property
    def spaced(self) -> str:
        """The number in groups for reading aloud: "1234 567 890"."""
        return f"{self.digits[:4]} {self.digits[4:7]} {self.digits[7:]}"

    def __str__(self) -> str:
        return self.digits
