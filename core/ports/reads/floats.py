"""A lender's money on its rails, as the portal lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
class FloatPage:
    """Floats, by district and rail, and the newest of what rails have taken of them."""

    rows: Sequence[FloatRow]
    missing_districts: Sequence[str]
    charges: Sequence[RailChargeRow] = ()
