"""Faults that a test, or a curious person, asks of the stand-in: the next so many requests go wrong in a named way.

`POST /_faults {"provider", "fault", "times"}`; `times` 0 takes a fault back. Faults of one provider are used up in the
order in which they were asked for; a request uses up the first that can happen to it.

africastalking, each for one SMS request:

    timeout               no answer, nothing sent
    lost_answer           sent, no answer
    500                   an error page
    bad_key               401, "The supplied authentication is invalid"
    malformed             201 with broken JSON; sent
    charset               a good answer whose content type names a character set, which the SDK hands over as text; sent
    invalid_sender        201 without recipients
    invalid_number        recipient refused, 403
    blacklisted           recipient refused, 406
    risk_hold             recipient refused, 401
    insufficient_balance  recipient refused, 405
    gateway_error         recipient refused, 501
    undelivered           sent; the report says Failed
    no_report             sent; no report comes
    duplicate_report      sent; the report comes twice
    late_sent_report      sent; after the final report one comes that says Sent

rail; the first six happen to payouts and requests to pay only, the others to whatever comes next, a payout, a request
or a person's payment (a request that fails at once prompts nobody; one that fails later is declined):

    timeout               no answer, nothing done
    lost_answer           done, no answer
    500                   an error page, nothing done
    malformed             done, an answer that is no JSON
    fail                  refused at once: insufficient_float
    fail_later            accepted, then the callback says failed: wallet_barred
    no_callback           done, never told; a query tells
    duplicate_callback    told twice
    slow                  done only after `slow_seconds`

telegram, each for one message to a chat:

    timeout               no answer, nothing sent
    lost_answer           sent, no answer
    500                   an error page, nothing sent
    malformed             sent, an answer that is no JSON
    bad_key               401, "Unauthorized"
    blocked               403, "Forbidden: bot was blocked by the user"
    retry_after           429, to be tried again after one second
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.errors import InvalidInput

TIMES_MAX: Final = 1_000
_ORDERS_MAX: Final = 100


class Provider(StrEnum):
    """Whom the stand-in stands in for."""

    AFRICASTALKING = "africastalking"
    RAIL = "rail"
    TELEGRAM = "telegram"


class Fault(StrEnum):
    """What can go wrong; the module says what each does."""

    TIMEOUT = "timeout"
    LOST_ANSWER = "lost_answer"
    SERVER_ERROR = "500"
    MALFORMED = "malformed"
    BAD_KEY = "bad_key"
    CHARSET = "charset"
    INVALID_SENDER = "invalid_sender"
    INVALID_NUMBER = "invalid_number"
    BLACKLISTED = "blacklisted"
    RISK_HOLD = "risk_hold"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    GATEWAY_ERROR = "gateway_error"
    UNDELIVERED = "undelivered"
    NO_REPORT = "no_report"
    DUPLICATE_REPORT = "duplicate_report"
    LATE_SENT_REPORT = "late_sent_report"
    FAIL = "fail"
    FAIL_LATER = "fail_later"
    NO_CALLBACK = "no_callback"
    DUPLICATE_CALLBACK = "duplicate_callback"
    SLOW = "slow"
    BLOCKED = "blocked"
    RETRY_AFTER = "retry_after"


_ANY_SERVER: Final = frozenset({Fault.TIMEOUT, Fault.LOST_ANSWER, Fault.SERVER_ERROR, Fault.MALFORMED})
SMS_FAULTS: Final = _ANY_SERVER | {
    Fault.BAD_KEY,
    Fault.CHARSET,
    Fault.INVALID_SENDER,
    Fault.INVALID_NUMBER,
    Fault.BLACKLISTED,
    Fault.RISK_HOLD,
    Fault.INSUFFICIENT_BALANCE,
    Fault.GATEWAY_ERROR,
    Fault.UNDELIVERED,
    Fault.NO_REPORT,
    Fault.DUPLICATE_REPORT,
    Fault.LATE_SENT_REPORT,
}
PAYMENT_FAULTS: Final = frozenset({Fault.NO_CALLBACK, Fault.DUPLICATE_CALLBACK, Fault.SLOW})
PAYOUT_FAULTS: Final = _ANY_SERVER | PAYMENT_FAULTS | {Fault.FAIL, Fault.FAIL_LATER}
TELEGRAM_FAULTS: Final = _ANY_SERVER | {Fault.BAD_KEY, Fault.BLOCKED, Fault.RETRY_AFTER}
FAULTS_OF: Final = {
    Provider.AFRICASTALKING: SMS_FAULTS,
    Provider.RAIL: PAYOUT_FAULTS,
    Provider.TELEGRAM: TELEGRAM_FAULTS,
}


@dataclass(slots=True)
class FaultOrder:
    """So many more requests to one provider are to go wrong in this way."""

    provider: Provider
    fault: Fault
    times: int


class FaultBoard:
    """The faults that are still to happen."""

    def __init__(self, *, hang_seconds: float) -> None:
        self._orders: list[FaultOrder] = []
        self._hang_seconds = hang_seconds
        self._closing = asyncio.Event()

    def order(self, provider: str, fault: str, times: int) -> FaultOrder:
        """Ask for a fault; it replaces what was left of the same one. Raises `InvalidInput`."""
        if provider not in FAULTS_OF:
            raise InvalidInput(f"provider is one of {_listed(FAULTS_OF)}", field="provider")
        if fault not in FAULTS_OF[Provider(provider)]:
            raise InvalidInput(f"fault is one of {_listed(FAULTS_OF[Provider(provider)])}", field="fault")
        if not 0 <= times <= TIMES_MAX:
            raise InvalidInput(f"times is 0 to {TIMES_MAX}", field="times")
        order = FaultOrder(Provider(provider), Fault(fault), times)
        self._orders = [one for one in self._orders if (one.provider, one.fault) != (order.provider, order.fault)]
        if times > 0:
            self._orders = [*self._orders, order][-_ORDERS_MAX:]
        return order

    def take(self, provider: Provider, possible: Collection[Fault]) -> Fault | None:
        """Use up the first ordered fault that can happen to this request."""
        for order in self._orders:
            if order.provider is provider and order.fault in possible:
                order.times -= 1
                if order.times == 0:
                    self._orders.remove(order)
                return order.fault
        return None

    @property
    def left(self) -> tuple[FaultOrder, ...]:
        """What is still to happen."""
        return tuple(self._orders)

    async def hang(self) -> None:
        """Leave a request without an answer until its sender has long given up, or the server closes."""
        try:
            await asyncio.wait_for(self._closing.wait(), self._hang_seconds)
        except TimeoutError:
            return

    def close(self) -> None:
        """Let what hangs go, so that the server can stop."""
        self._closing.set()


def _listed(words: Collection[str]) -> str:
    return ", ".join(sorted(words))
