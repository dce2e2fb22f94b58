"""A lender's money on its rails, as the portal lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.money import Money


@dataclass(frozen=True, slots=True)
class FloatRow:
    """A lender's money on a rail in one district: what it holds, and what payouts under way may still take."""

    district: str
    rail: str
    held: Money
    reserved: Money


@dataclass(frozen=True, slots=True)
class RailChargeRow:
    """What a rail took of a lender's float for itself. `reference` is the rail's own number, in capitals."""

    district: str
    rail: str
    reference: str
    amount: Money
    charged_on: date


@dataclass(frozen=True, slots=True)
class FloatOnItsWay:
    """Money of a lender that has left one district's books and not arrived in the other's yet.

    A part of a float; with the till for its rail, cash that is owed to a payer where the other's till took it.
    """

    from_district: str
    to_district: str
    rail: str
    amount: Money
    left_at: datetime


@dataclass(frozen=True, slots=True)
class FloatPage:
    """Floats, by district and rail, the newest of what rails have taken of them, and what is on its way from there."""

    rows: Sequence[FloatRow]
    missing_districts: Sequence[str]
    charges: Sequence[RailChargeRow] = ()
    on_the_way: Sequence[FloatOnItsWay] = ()
