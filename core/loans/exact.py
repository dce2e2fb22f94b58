"""From exact numbers to whole lisente: rounding happens here, once, and never in binary floating point.

Interest is worked out as a fraction of integers, so a tie is a tie and no working precision can tip it.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.money import Money, Rounding

_HALF: Final = Fraction(1, 2)


class MultipleRounding(StrEnum):
    """Which multiple an instalment goes to: the nearest (a tie follows the rounding mode), the next, or the one below."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


def round_exact(value: Fraction, mode: Rounding) -> int:
    """Round to a whole number. UP is away from zero and DOWN towards it, as `decimal` has it."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    size = whole + _carries(whole, Fraction(rest, value.denominator), mode)
    return -size if value < 0 else size


def _carries(whole: int, rest: Fraction, mode: Rounding) -> bool:
    match mode:
        case Rounding.UP:
            return rest > 0
        case Rounding.DOWN:
            return False
        case Rounding.HALF_UP:
            return rest >= _HALF
        case Rounding.HALF_EVEN:
            return rest > _HALF or (rest == _HALF and whole % 2 == 1)


def round_money(exact_minor: Fraction, mode: Rounding) -> Money:
    """Round an exact number of lisente."""
    return Money(round_exact(exact_minor, mode))


def round_to_multiple(exact_minor: Fraction, multiple: Money, how: MultipleRounding, mode: Rounding) -> Money:
    """Round an exact number of lisente straight to a multiple, without a first rounding that could tip a tie."""
    return Money(round_exact(exact_minor / multiple.minor, _multiple_mode(exact_minor / multiple.minor, how, mode))) * (
        multiple.minor
    )
