"""One borrower's life: register, apply, accept, wait for the money, pay. Never gives up, and never twice on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from pathlib import Path
from typing import Final

from letsema.environment import SystemClock
from tests.drills.borrowers import wording
from tests.drills.borrowers.network import CallLost, Network, Phone, Screen
from tests.drills.borrowers.plan import Plan, Wish
from tests.drills.borrowers.record import DONE, LIFE, WAITS

_HOPS_MAX: Final = 40
_PAUSE_SECONDS: Final = 0.5
_PROMISE_SECONDS: Final = 90.0
"""After "an SMS follows" a person waits; one who finds nothing for so long, while the records answer, was lied to."""

_APPLIED: Final = (wording.SUBMITTED, wording.APPLICATION_WAITS, wording.ACCEPTED, wording.ACCEPTED_BEFORE)
"""Whoever looks for their application may find it decided, and even their acceptance, whose answer was lost."""

APPLY, LOANS, APPLICATION = "1", "2", "3"
"""Options of the main menu."""


class PromiseBroken(AssertionError):
    """A borrower was told that their application is in, and it is not."""


class Life:
    """A wish and the phone that it is pursued with."""

    def __init__(self, wish: Wish, plan: Plan, network: Network) -> None:
        self._wish = wish
        self._plan = plan
        self._network = network
        self._phone = Phone(network, wish.number)

    async def live(self) -> None:
        """Return when everything is acknowledged. Raises `PromiseBroken`."""
        await asyncio.sleep(self._wish.starts_after)
        await self._until("", wording.MAIN_MENU)
        await self._pass_gate("apply")
        await self._apply()
        await self._pass_gate("accept")
        await self._until(APPLICATION, wording.ACCEPTED, wording.ACCEPTED_BEFORE)
        await self._until(LOANS, wording.HAS_LOAN)
        await self._pass_gate("pay")
        for n, amount in enumerate(self._wish.payments, start=1):
            await self._pay(n, amount)
        self._network.record.write(self._wish.number, DONE, LIFE)

    async def _pass_gate(self, before: str) -> None:
        if self._wish.waits_before != before:
            return
        self._network.record.write(self._wish.number, WAITS, LIFE)
        while not Path(self._plan.gate).exists():
            await asyncio.sleep(_PAUSE_SECONDS / 5)

    async def _apply(self) -> None:
        """Apply; whoever does not know what became of it looks before they apply again."""
        looks = False
        promised_at = missing_since = 0.0
        while True:
            screen = await self._call(APPLICATION if looks else APPLY)
            if screen is None:
                looks = True
            elif _says(screen, *_APPLIED):
                return
            elif looks and _says(screen, wording.NO_APPLICATION):
                missing_since = missing_since or time.monotonic()
                looks = bool(promised_at)
            elif not looks:
                looks = True
                promised_at = time.monotonic() if _says(screen, wording.RECEIVED) else promised_at
            if promised_at and missing_since and time.monotonic() - missing_since > _PROMISE_SECONDS:
                raise PromiseBroken(f"{self._wish.number} was promised an SMS, and there is no application")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _until(self, chosen: str, *wanted: re.Pattern[str]) -> None:
        """Dial and choose an option of the main menu until one of these is read."""
        while True:
            screen = await self._call(chosen)
            if screen is not None and _says(screen, *wanted):
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _call(self, chosen: str) -> Screen | None:
        """One call: the last screen of it; None when it was lost."""
        try:
            return await self._answer_all(await self._phone.dial(), chosen)
        except CallLost:
            return None

    async def _answer_all(self, screen: Screen, chosen: str) -> Screen:
        for _ in range(_HOPS_MAX):
            if not screen.is_open:
                return screen
            if _says(screen, wording.MAIN_MENU):
                typed, chosen = chosen, ""
            else:
                typed = self._next_typed(screen)
            if not typed:
                return screen
            screen = await self._phone.type(typed)
        return screen

    def _next_typed(self, screen: Screen) -> str:
        wish = self._wish
        return (
            wording.next_typed(screen.text, national_id=wish.national_id, district=wish.district, amount=wish.amount)
            or ""
        )

    async def _pay(self, n: int, amount: str) -> None:
        """Have the rail notify a payment until it is taken; every second one once more, as rails do."""
        notice = {
            "reference": self._wish.payment_reference(n),
            "amount": amount,
            "currency": "LSL",
            "payer": self._wish.number,
            "to": self._plan.rail_account,
            "account": "",
            "paid_at": SystemClock().now().isoformat(timespec="seconds"),
        }
        times_wanted = 1 + n % 2
        while times_wanted:
            with contextlib.suppress(CallLost):
                times_wanted -= await self._network.notify_payment(self._wish.number, notice) == 200
            await asyncio.sleep(_PAUSE_SECONDS)


def _says(screen: Screen, *wanted: re.Pattern[str]) -> bool:
    return any(pattern.search(screen.text) for pattern in wanted)
