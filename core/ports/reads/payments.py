"""Payments that arrived, as the portal lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.money import Money
from core.references import Reference


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment that arrived. `payer_masked` is empty for cash, whose payer has no number."""

    receipt: Reference
    district: str
    rail: str
    rail_reference: str
    amount: Money
    payer_masked: str
    account: str
    paid_at: datetime
    status: str
    loan_reference: Reference | None
    borrower_name: str | None


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Payments, newest first."""

    rows: Sequence[PaymentRow]
    total: int
    missing_districts: Sequence[str]
