"""Money to and from columns that may be empty."""

from __future__ import annotations

from core.money import Money


def minor_or_none(amount: Money | None) -> int | None:
    """Minor units, or nothing."""
    return None if amount is None else amount.minor


def money_or_none(minor: int | None) -> Money | None:
    """An amount, or nothing."""
    return None if minor is None else Money(minor)
