"""Payment rails: how money leaves, and how the rail is asked what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from core.money import Money


class PayoutAnswer(StrEnum):
    """What a rail said. Unknown is not a failure: the money may be on its way, so nothing is sent again."""

    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PayoutResult:
    """A rail's answer, with its own reference once there is one, and a code when it failed."""

    answer: PayoutAnswer
    rail_reference: str = ""
    failure_code: str = ""


class PayoutRail(Protocol):
    """A rail that can pay out to a wallet."""

    name: str

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:
        """Send money. The same reference never pays twice."""
        ...

    async def query(self, reference: str) -> PayoutResult:
        """What became of a payout."""
        ...


@runtime_checkable
class CollectingRail(Protocol):
    """A rail that can ask a person to pay: it prompts them, and their wallet's own PIN is their yes.

    Its answer only says whether they are prompted. That they paid is told by the payment's notice, like any other.
    """

    name: str

    async def request_payment(
        self, reference: str, *, payer: str, amount: Money, rail_account: str, account: str
    ) -> PayoutResult:
        """Prompt a person once for each of our references. `account` is what the payment will say it is for."""
        ...
