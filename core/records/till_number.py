"""The number of a payment in cash. A till is a rail, so its numbers are unique over all lenders and branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.ledger.accounts import TILL


@dataclass(frozen=True, slots=True)
class TillNumber:
    """Whose receipt it is, of which branch, and what is printed on it: no district's code and no receipt has a space.

    district: whose till took the cash, whichever the loan is of.
    """

    mfi_code: str
    district: str
    receipt: str

    def __str__(self) -> str:
        """As the rail's own reference of the payment."""
        return f"{self.mfi_code} {self.district} {self.receipt}"

    @classmethod
    def parse(cls, rail_reference: str) -> Self:
        """Take apart what `str` made."""
        return cls(*rail_reference.rsplit(" ", 2))


def number_on_paper(rail: str, rail_reference: str) -> str:
    """What the payer's receipt, or the money service's message, says."""
    return TillNumber.parse(rail_reference).receipt if rail == TILL else rail_reference
