"""The terms that a product offers: a price, and for how many periods it may be had. A loan's terms are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from core.loans.fields import read_object, refuse_unknown
from core.loans.terms import (
    PERIODS_MAX,
    PRICING_FIELDS,
    InvalidTerms,
    LoanTerms,
    Pricing,
    check_pricing,
    pricing_from_json,
    pricing_of,
)
from core.money import Money

PERIODS_OFFERED_MAX: Final = 60
"""How many numbers of periods a product has on offer at most: a phone lists each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms(Pricing):
    """A price and the numbers of periods on offer, ascending. Raises `InvalidTerms` naming the field."""

    periods_offered: tuple[int, ...]

    def __post_init__(self) -> None:
        check_pricing(self)
        if not 1 <= len(self.periods_offered) <= PERIODS_OFFERED_MAX:
            raise InvalidTerms(f"a product offers 1 to {PERIODS_OFFERED_MAX} terms", field="periods_offered")
        if list(self.periods_offered) != sorted(set(self.periods_offered)):
            raise InvalidTerms("the terms on offer ascend, each of them once", field="periods_offered")
        if not 1 <= self.periods_offered[0] <= self.periods_offered[-1] <= PERIODS_MAX:
            raise InvalidTerms(f"there are 1 to {PERIODS_MAX} periods", field="periods_offered")

    def loan_terms(self, principal: Money, periods: int, disbursed_on: date) -> LoanTerms:
        """The terms of one loan. Raises `InvalidTerms`; whether the periods are on offer is for the caller to ask."""
        return LoanTerms(principal=principal, periods=periods, disbursed_on=disbursed_on, **pricing_of(self))

    def to_json(self) -> dict[str, Any]:
        """The terms as they are kept with the product's version."""
        return self.pricing_to_json() | {"periods_offered": list(self.periods_offered)}

    @classmethod
    def from_json(cls, document: object) -> ProductTerms:
        """Read what `to_json` kept. Raises `InvalidInput` naming the field."""
        known = read_object(document, "terms")
        refuse_unknown(known, _FIELDS)
        return cls(periods_offered=_periods_offered(known.get("periods_offered")), **pricing_from_json(known))


_FIELDS: Final = PRICING_FIELDS | {"periods_offered"}


def _periods_offered(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        raise InvalidTerms("a list of whole numbers is expected", field="periods_offered")
    return tuple(value)
