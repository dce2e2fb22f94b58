"""What an instalment is made of, and sums over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.money import ZERO, Money, total


class Part(StrEnum):
    """A part of an instalment. The order here is the usual order of payment."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


DEFAULT_ORDER: Final = tuple(Part)


@dataclass(frozen=True, slots=True)
class Split:
    """An amount by part, in lisente."""

    principal: Money = ZERO
    interest: Money = ZERO
    fees: Money = ZERO
    penalties: Money = ZERO

    @classmethod
    def of(cls, amounts: Iterable[tuple[Part, Money]]) -> Split:
        """Sum amounts by their part."""
        sums = dict.fromkeys(Part, ZERO)
        for part, amount in amounts:
            sums[part] += amount
        return cls(sums[Part.PRINCIPAL], sums[Part.INTEREST], sums[Part.FEE], sums[Part.PENALTY])

    @property
    def total(self) -> Money:
        """All parts together."""
        return total((self.principal, self.interest, self.fees, self.penalties))


NOTHING: Final = Split()
"""No amount of any part."""
