"""What may be waived of a loan: each part of each instalment with something left, but for the principal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.loans.account import Instalment
from core.loans.parts import Part
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Waivable:
    """A part of an instalment and what is left of it."""

    instalment: int
    due_on: date
    part: Part
    left: Money

    @property
    def code(self) -> str:
        """How a form names it: "3-penalty"."""
        return f"{self.instalment}-{self.part}"


def waivables_of(instalments: Iterable[Instalment]) -> Sequence[Waivable]:
    """All of them, the oldest instalment first, penalties before fees before interest."""
    return [
        Waivable(row.n, row.due_on, part, row.outstanding(part))
        for row in instalments
        for part in Part
        if part is not Part.PRINCIPAL and row.outstanding(part) > ZERO
    ]
