"""From exact numbers to whole lisente: rounding happens here, once, and never in binary floating point.

Interest is worked out as a fraction of integers, so a tie is a tie and no working precision can tip it.
"""

from __future__ import annotations

import math
from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.money import Money, Rounding

_HALF: Final = Fraction(1, 2)


class MultipleRounding(StrEnum):
    """Which multiple an amount goes to: the nearest (a tie follows the rounding mode), the next, or the one below."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


def round_exact(value: Fraction, mode: Rounding) -> int:
    """Round to a whole number. UP is away from zero and DOWN towards it, as `decimal` has it."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    size = whole + _carries(whole, Fraction(rest, value.denominator), mode)
    return -size if value < 0 else size


def _carries(whole: int, rest: Fraction, mode: Rounding) -> bool:
    return {
        Rounding.UP: rest > 0,
        Rounding.DOWN: False,
        Rounding.HALF_UP: rest >= _HALF,
        Rounding.HALF_EVEN: rest > _HALF or (rest == _HALF and whole % 2 == 1),
    }[mode]


def round_money(exact_minor: Fraction, mode: Rounding) -> Money:
    """Round an exact number of lisente."""
    return Money(round_exact(exact_minor, mode))


def round_to_multiple(exact_minor: Fraction, multiple: Money, how: MultipleRounding, mode: Rounding) -> Money:
    """Round an exact number of lisente straight to a multiple, without a first rounding that could make a tie."""
    count = exact_minor / multiple.minor
    return Money(round_exact(count, _mode_for(count, how, mode)) * multiple.minor)


def _mode_for(count: Fraction, how: MultipleRounding, mode: Rounding) -> Rounding:
    is_tie = count - math.floor(count) == _HALF
    return {
        MultipleRounding.UP: Rounding.UP,
        MultipleRounding.DOWN: Rounding.DOWN,
        # Only a tie asks the rounding mode; else the nearest is the nearest.
        MultipleRounding.NEAREST: mode if is_tie else Rounding.HALF_UP,
    }[how]


def spread_evenly(amount: Money, parts: int, mode: Rounding) -> list[Money]:
    """An amount in so many parts (at least one), each rounded alike; the last takes the residue."""
    regular = round_money(Fraction(amount.minor, parts), mode)
    rows = []
    left = amount
    for _ in range(parts - 1):
        # Parts rounded up could spend a few lisente before the last one; none is ever less than nothing.
        rows.append(min(regular, left))
        left -= rows[-1]
    return [*rows, left]
