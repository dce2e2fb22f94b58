"""The words of payments, and the money services that they come through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.ledger.accounts import TILL

RAILS: Final[Mapping[str, str]] = {
    "ecocash": "EcoCash",
    "mpesa": "M-Pesa",
    "simulated": mark("simulated"),
    TILL: mark("cash at a branch"),
}
"""The services that money moves through. Staff know them by these names; "rail" is our word, not theirs."""

PAYMENT_STATUSES: Final[Mapping[str, Badge]] = {
    "posted": Badge(mark("Posted"), "good"),
    "suspense": Badge(mark("In suspense"), "warn"),
    "waiting": Badge(mark("Being posted"), "wait"),
    "reversed": Badge(mark("Reversed"), "neutral"),
    "assigned": Badge(mark("Moved to its loan"), "neutral"),
    "refunding": Badge(mark("On its way back"), "wait"),
    "refunded": Badge(mark("Sent back"), "neutral"),
}

RETURNS: Final[Mapping[str, str]] = {
    "payer": mark("It went back to the payer"),
    "suspense": mark("It stays here, in suspense, until its loan is found"),
}
"""Where a reversed payment's money goes."""
