"""What every channel and rail shares with the outside world: how a send ends, and how it fails.

One bit decides what the outbox does with a failure: is it permanent? Providers' own words for it stop at their adapter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from core.phones import PhoneNumber


class TransportError(Exception):
    """A provider did not take what was sent.

    permanent: sending the same again cannot help (no such number, barred by its owner). Otherwise the outbox retries.
    code: stable and lower case, for metrics and the message's history; never holds a number or a text.
    may_have_been_sent: no answer came, so the provider may have acted; a retry can reach the person twice.
    needs_operator: every send fails until somebody acts (top up, mend the key); worth an alarm, not a retry storm.
    """

    def __init__(
        self, *, permanent: bool, code: str, may_have_been_sent: bool = False, needs_operator: bool = False
    ) -> None:
        super().__init__(code)
        self.permanent = permanent
        self.code = code
        self.may_have_been_sent = may_have_been_sent
        self.needs_operator = needs_operator


class MalformedHook(Exception):
    """A callback is not what its provider sends. The caller answers 400 and keeps no state.

    The message names the field at fault and never holds its value, which may be a PIN.
    """


_PRICE: Final = re.compile(r"([A-Z]{3}) (\d{1,9}(?:\.\d{1,8})?)")


@dataclass(frozen=True, slots=True)
class Price:
    """What a provider charges for a send, in its own currency and finer than that currency's minor unit."""

    currency: str
    amount: Decimal

    @classmethod
    def parse(cls, written: str) -> Price | None:
        """Read "KES 0.8000"; None for what is no price, such as the "0" of a refused recipient."""
        match = _PRICE.fullmatch(written.strip())
        return cls(match[1], Decimal(match[2])) if match else None

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A provider accepted a message; whether it arrives is told by its delivery report, under `provider_id`.

    parts: how many SMS the provider counted, None when it did not say. cost: None when it did not say.
    """

    provider: str
    provider_id: str
    parts: int | None
    cost: Price | None


class SmsSender(Protocol):
    """Sends one SMS. Never retries by itself: the outbox does, and it alone knows what was tried."""

    async def send(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        """Hand one message to the provider. `sender_id` None: the provider's default sender.

        Raises `TransportError`.
        """
        ...
