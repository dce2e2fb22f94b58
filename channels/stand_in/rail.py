"""The simulated mobile-money rail: what it holds, and what it tells the application.

It pays out once for each reference that it is given, and takes a person's payment to an MFI's account. Everything is in
memory and bounded; a stand-in that was started again has forgotten, and says so when it is asked (`not_found`).
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal

from channels.stand_in.callbacks import Callback, CallbackQueue, Timers
from channels.stand_in.faults import Fault
from channels.stand_in.settings import REMEMBERED_MAX, StandInSettings
from core.errors import Conflict
from core.money import LSL, Money
from core.phones import PhoneNumber

PayoutState = Literal["accepted", "confirmed", "failed"]

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What the application asks for. `reference` is the application's and names the payout for good."""

    reference: str
    to: PhoneNumber
    amount: Money
    account: str


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout and where it stands. `at` is the instant of its last change."""

    order: PayoutOrder
    rail_reference: str
    status: PayoutState
    code: str
    at: datetime

    def to_json(self) -> dict[str, str]:
        """As the rail shows it."""
        shown = {
            "at": written(self.at),
            "reference": self.order.reference,
            "to": self.order.to.e164,
            "amount": self.order.amount.plain,
            "currency": LSL.code,
            "account": self.order.account,
            "status": self.status,
            "rail_reference": self.rail_reference,
        }
        return shown | ({"code": self.code} if self.code else {})


@dataclass(frozen=True, slots=True)
class RequestOrder:
    """Whom the application asks to pay what. `reference` is the application's and names the request for good."""

    reference: str
    payer: PhoneNumber
    to: str
    amount: Money
    account: str


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A prompt on a person's phone, and whether they were prompted at all."""

    order: RequestOrder
    status: Literal["accepted", "failed"]
    code: str
    at: datetime

    def to_json(self) -> dict[str, str]:
        """As the rail shows it."""
        shown = {
            "at": written(self.at),
            "reference": self.order.reference,
            "from": self.order.payer.e164,
            "to": self.order.to,
            "amount": self.order.amount.plain,
            "currency": LSL.code,
            "account": self.order.account,
            "status": self.status,
        }
        return shown | ({"code": self.code} if self.code else {})


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that a person paid to an MFI's account."""

    reference: str
    payer: PhoneNumber
    to: str
    amount: Money
    account: str
    paid_at: datetime

    def to_json(self) -> dict[str, str]:
        """As the rail notifies it."""
        return {
            "reference": self.reference,
            "amount": self.amount.plain,
            "currency": LSL.code,
            "payer": self.payer.e164,
            "to": self.to,
            "account": self.account,
            "paid_at": written(self.paid_at),
        }


class Rail:
    """The rail's books and its callbacks."""

    def __init__(self, settings: StandInSettings, timers: Timers, callbacks: CallbackQueue) -> None:
        self._settings = settings
        self._timers = timers
        self._callbacks = callbacks
        self._payouts: OrderedDict[str, Payout] = OrderedDict()
        self._requests: OrderedDict[str, PaymentRequest] = OrderedDict()
        self.payments: deque[Payment] = deque(maxlen=REMEMBERED_MAX)

    @property
    def payouts(self) -> tuple[Payout, ...]:
        """All that are remembered, oldest first."""
        return tuple(self._payouts.values())

    @property
    def requests(self) -> tuple[PaymentRequest, ...]:
        """All that are remembered, oldest first."""
        return tuple(self._requests.values())

    def payout(self, reference: str) -> Payout | None:
        """One payout by the application's reference."""
        return self._payouts.get(reference)

    def pay_out(self, order: PayoutOrder, fault: Fault | None) -> Payout:
        """Take a payout, or show the one that has this reference already.

        Raises `Conflict` when that one is for another wallet, amount or account.
        """
        known = self._payouts.get(order.reference)
        if known is not None:
            if known.order != order:
                raise Conflict("this reference names another payout", field="reference")
            return known
        refused = fault is Fault.FAIL
        payout = Payout(
            order,
            rail_reference=self._new_reference(),
            status="failed" if refused else "accepted",
            code="insufficient_float" if refused else "",
            at=self._settings.now(),
        )
        self._keep(payout)
        if not refused:
            self._timers.after(self._seconds(fault), lambda: self._end(payout, fault))
        return payout

    def pay(self, payer: PhoneNumber, to: str, amount: Money, account: str, fault: Fault | None) -> Payment:
        """Take a person's payment and notify it."""
        payment = Payment(self._new_reference(), payer, to, amount, account, self._settings.now())
        self.payments.append(payment)
        seconds = self._settings.slow_seconds if fault is Fault.SLOW else 0.0
        self._notify("payments/simulated", payment.to_json(), fault, after_seconds=seconds)
        return payment

    def request(self, order: RequestOrder, fault: Fault | None) -> PaymentRequest:
        """Prompt a person, or show the prompt that has this reference already; they pay after a moment.

        With `fail` nobody is prompted, with `fail_later` they say no. Raises `Conflict` when the reference names
        another request.
        """
        known = self._requests.get(order.reference)
        if known is not None:
            if known.order != order:
                raise Conflict("this reference names another request", field="reference")
            return known
        refused = fault is Fault.FAIL
        code = "payer_unreachable" if refused else ""
        request = PaymentRequest(order, "failed" if refused else "accepted", code, self._settings.now())
        self._requests[order.reference] = request
        while len(self._requests) > REMEMBERED_MAX:
            self._requests.popitem(last=False)
        if not refused and fault is not Fault.FAIL_LATER:
            self._timers.after(self._settings.confirm_seconds, partial(self._said_yes, order, fault))
        return request

    def _said_yes(self, order: RequestOrder, fault: Fault | None) -> None:
        self.pay(order.payer, order.to, order.amount, order.account, fault)

    def _end(self, payout: Payout, fault: Fault | None) -> None:
        failed = fault is Fault.FAIL_LATER
        ended = replace(
            payout,
            status="failed" if failed else "confirmed",
            code="wallet_barred" if failed else "",
            at=self._settings.now(),
        )
        self._keep(ended)
        notice = {
            "reference": ended.order.reference,
            "status": ended.status,
            "rail_reference": ended.rail_reference,
            "at": written(ended.at),
        }
        self._notify("payouts/simulated", notice | ({"code": ended.code} if failed else {}), fault)

    def _notify(self, path: str, notice: dict[str, str], fault: Fault | None, *, after_seconds: float = 0.0) -> None:
        times = {Fault.NO_CALLBACK: 0, Fault.DUPLICATE_CALLBACK: 2}.get(fault, 1) if fault is not None else 1
        for _ in range(times):
            callback = Callback(self._settings.hook(path), _JSON, json.dumps(notice).encode())
            self._callbacks.send(callback, after_seconds=after_seconds)

    def _seconds(self, fault: Fault | None) -> float:
        return self._settings.slow_seconds if fault is Fault.SLOW else self._settings.confirm_seconds

    def _keep(self, payout: Payout) -> None:
        self._payouts[payout.order.reference] = payout
        while len(self._payouts) > REMEMBERED_MAX:
            self._payouts.popitem(last=False)

    def _new_reference(self) -> str:
        return "SIM" + self._settings.random_hex(5).upper()


def written(at: datetime) -> str:
    """An instant as the stand-in writes it: "2026-11-23T08:15:30.250Z"."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
