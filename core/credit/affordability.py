"""Can the borrower carry it? The instalment with those already running, against what is left of a month's income."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from core.money import ZERO, Money

_THIRD: Final = 3
_HAIR: Final = Decimal("0.000001")
"""Part of a lisente. No decimal is a third: a third of M3,000.00 must not miss the thousand by a hair."""


class RiskFlag(StrEnum):
    """The rule of thumb that lenders here know: asking for more than a third of a month's pay is high risk."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Affordability:
    """The figures and the verdict. `share` and `limit` are fractions of one; `passing_amount` would stay within."""

    net_pay: Money
    existing_instalments: Money
    new_instalment: Money
    share: Decimal
    limit: Decimal
    passes: bool
    passing_amount: Money
    flag: RiskFlag

    def to_json(self) -> dict[str, Any]:
        """The figures as they are kept with a decision."""
        return {
            "net_pay": self.net_pay.plain,
            "existing_instalments": self.existing_instalments.plain,
            "new_instalment": self.new_instalment.plain,
            "share": str(self.share),
            "limit": str(self.limit),
            "passes": self.passes,
            "passing_amount": self.passing_amount.plain,
            "flag": self.flag,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Affordability:
        """The figures as a decision saw them."""
        return cls(
            net_pay=Money.of(kept["net_pay"]),
            existing_instalments=Money.of(kept["existing_instalments"]),
            new_instalment=Money.of(kept["new_instalment"]),
            share=Decimal(kept["share"]),
            limit=Decimal(kept["limit"]),
            passes=bool(kept["passes"]),
            passing_amount=Money.of(kept["passing_amount"]),
            flag=RiskFlag(kept["flag"]),
        )


def one_third_flag(amount: Money, net_pay: Money) -> RiskFlag:
    """High when the amount is more than one third of the net monthly pay."""
    return RiskFlag.HIGH if amount.minor * _THIRD > net_pay.minor else RiskFlag.LOW


def one_third_of(net_pay: Money) -> Money:
    """The most that is not flagged, rounded down to the lisente."""
    return Money(net_pay.minor // _THIRD)


def assess_affordability(
    *,
    amount: Money,
    net_pay: Money,
    existing_instalments: Money,
    limit: Decimal,
    lowest: Money,
    step: Money,
    instalment_of: Callable[[Money], Money],
) -> Affordability:
    """Weigh one application. `instalment_of` gives the instalment of an amount under the terms that were asked for.

    `passing_amount` is the largest amount up to the one asked, in steps from the product's lowest, that stays
    within the limit; zero when none does.
    """
    new_instalment = instalment_of(amount)
    room = _room(net_pay, existing_instalments, limit)
    burden = (existing_instalments + new_instalment).minor
    share = (Decimal(burden) / net_pay.minor).quantize(Decimal("0.0001")) if net_pay > ZERO else Decimal(1)
    return Affordability(
        net_pay=net_pay,
        existing_instalments=existing_instalments,
        new_instalment=new_instalment,
        share=share,
        limit=limit,
        passes=new_instalment <= room,
        passing_amount=_largest_within(room, amount, lowest, step, instalment_of),
        flag=one_third_flag(amount, net_pay),
    )


def _room(net_pay: Money, existing: Money, limit: Decimal) -> Money:
    """What a month's instalment may be, rounded down to the lisente."""
    return Money(int(net_pay.minor * limit + _HAIR)) - existing


def _largest_within(
    room: Money, amount: Money, lowest: Money, step: Money, instalment_of: Callable[[Money], Money]
) -> Money:
    """Instalments grow with the amount, so the largest that fits is found by halving."""
    low, high = 0, max(0, (amount.minor - lowest.minor) // step.minor)
    if amount < lowest or instalment_of(lowest) > room:
        return ZERO
    while low < high:
        middle = (low + high + 1) // 2
        fits = instalment_of(Money(lowest.minor + middle * step.minor)) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    found = Money(lowest.minor + low * step.minor)
    return amount if instalment_of(amount) <= room else found
