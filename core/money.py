"""Money as integer minor units: the only number type that amounts ever have. No float enters or leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from enum import StrEnum
from typing import Final

from core.errors import InvalidInput

LARGEST_MINOR: Final = 10**13
"""Amounts past this are refused: far above any portfolio here, and sums of millions of them still fit a BIGINT."""


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency: its code, the sign people write, and how many decimals its minor unit has."""

    code: str
    sign: str
    exponent: int


LSL: Final = Currency(code="LSL", sign="M", exponent=2)
"""The loti (plural maloti): 100 lisente, at par with the rand."""


class Rounding(StrEnum):
    """How an exact amount becomes whole minor units."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (lisente). May be negative as a difference; inputs are checked where they enter."""

    minor: int

    @classmethod
    def of(cls, text: str | int | Decimal, *, currency: Currency = LSL) -> Money:
        """Read a decimal amount such as "150.00" or 150 (maloti). More decimals than the currency has are refused."""
        try:
            exact = Decimal(text).scaleb(currency.exponent)
        except DecimalException as error:
            raise InvalidInput("an amount is a decimal number such as 150.00", field="amount") from error
        if not exact.is_finite() or abs(exact) > LARGEST_MINOR:
            raise InvalidInput(f"an amount is at most {cls(LARGEST_MINOR)}", field="amount")
        if exact != exact.to_integral_value():
            raise InvalidInput(f"an amount has at most {currency.exponent} decimals", field="amount")
        return cls(int(exact))

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-LSL.exponent)

    @property
    def plain(self) -> str:
        """The amount as machines exchange it: "1234.50"."""
        return f"{self.decimal:.{LSL.exponent}f}"

    def __str__(self) -> str:
        """The amount as people read it, in both languages: "M1,234.50"."""
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{LSL.sign}{abs(self.decimal):,.{LSL.exponent}f}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + other.minor)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - other.minor)

    def __neg__(self) -> Money:
        return Money(-self.minor)

    def __bool__(self) -> bool:
        return self.minor != 0


ZERO: Final = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """Sum amounts; nothing sums to zero."""
    return Money(sum(amount.minor for amount in amounts))
