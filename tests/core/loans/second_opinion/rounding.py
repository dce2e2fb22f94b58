"""Rounding of the second opinion: plain decimals, one division a figure, with digits to spare.

Written from the contract's text alone. It shares nothing with the engine, so a mistake must be made twice to go unseen.
"""

import decimal
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

WORKING = decimal.Context(prec=400, Emax=10**9, Emin=-(10**9))
"""Enough digits that a sum of sixty fractions is exact before it is divided once."""

CENT = Decimal("0.01")
MODES = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}
TIES = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP, "up": ROUND_HALF_UP, "down": decimal.ROUND_HALF_DOWN}


def divided(numerator: Decimal, denominator: Decimal, mode: str, step: Decimal = CENT) -> Decimal:
    """Return the quotient as a whole number of steps, rounded once in the named mode."""
    return counted(numerator, denominator * step, MODES[mode]) * step


def to_multiple(numerator: Decimal, denominator: Decimal, step: Decimal, direction: str, mode: str) -> Decimal:
    """Return the quotient as a multiple of the step: the nearest (ties as the mode says), the next up, or down."""
    rule = {"nearest": TIES[mode], "up": ROUND_CEILING, "down": ROUND_FLOOR}[direction]
    return counted(numerator, denominator * step, rule) * step


def counted(numerator: Decimal, denominator: Decimal, rule: str) -> Decimal:
    """Return the quotient as a whole number, by one of the decimal module's rules."""
    quotient = WORKING.divide(numerator, denominator)
    return quotient.quantize(Decimal(1), rounding=rule, context=WORKING)


def written(amount: Decimal) -> str:
    """Return the amount as a document shows it, with two decimals."""
    return str(amount.quantize(CENT, context=WORKING))
