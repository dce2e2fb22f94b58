"""Named places at which a process of the product ends itself with SIGKILL, as a power cut would end it there.

The product has no hook for this: the ports that its composition root put together are wrapped, in the launcher alone
(`tests/drills/product.py`). An order is written `name`, `name:n` (the n-th time) or `name:command:n`, where the command
is the first word of its key (`apply`, `accept`, `register`).

after_claim      a command is claimed, and was not run
before_finish    the command was run and committed; its turn is not saved
after_finish     the turn is saved too; the borrower has no answer
after_kept       a payment is in the intake; the rail has no answer
before_marked    a payment is posted; the intake does not know
after_sms        the provider has taken an SMS; nobody has noted it
before_payout    a payout is noted as sent, and the rail has not heard of it
after_payout     the rail has taken a payout; nobody has noted it
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from channels.transport import Sent, SmsSender
from core.phones import PhoneNumber
from core.ports.conversations import SaveResult
from core.ports.intake import IntakeStatus
from letsema.installation import Installation
from letsema.settings import Settings

OpenInstallation = Callable[..., AbstractAsyncContextManager[Installation]]
OpenSender = Callable[[Settings], AbstractAsyncContextManager[SmsSender]]


class KillOrders:
    """A folder of files that each name a place: the first process to pass it as often as it says takes it, and dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passed: Counter[Path] = Counter()

    def at(self, place: str, key: str = "") -> None:
        """Say that a place is passed, by the command with this key."""
        for file in sorted(self._folder.glob("*.kill")):
            with suppress(FileNotFoundError):  # another process was first
                self._heed(file, place, key)

    def _heed(self, file: Path, place: str, key: str) -> None:
        named, command, times = _parsed(file.read_text(encoding="ascii"))
        if place != named or not key.startswith(command):
            return
        self._passed[file] += 1
        if self._passed[file] == times:
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def _parsed(written: str) -> tuple[str, str, int]:
    place, *rest = written.split(":")
    times = int(rest.pop()) if rest and rest[-1].isdigit() else 1
    return place, rest[0] if rest else "", times


class Beside:
    """An object with some of its methods replaced."""

    def __init__(self, original: Any, **replaced: Any) -> None:
        self._original = original
        vars(self).update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def with_ports_watched(open_installation: OpenInstallation, orders: KillOrders) -> OpenInstallation:
    """The same installation, with its ports watched."""

    @asynccontextmanager
    async def opened(*given: Any, **named: Any) -> AsyncIterator[Installation]:
        async with open_installation(*given, **named) as installation:
            engine = installation.engine
            channel: Any = Beside(
                engine.channel,
                conversations=_watched_conversations(engine.channel.conversations, orders),
                intake=_watched_intake(engine.channel.intake, orders),
            )
            rails: Any = {name: _watched_rail(rail, orders) for name, rail in engine.rails.items()}
            yield replace(installation, engine=replace(engine, channel=channel, rails=rails))

    return opened


def with_sender_watched(open_sender: OpenSender, orders: KillOrders) -> OpenSender:
    """The same SMS provider, with each sent message watched."""

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[SmsSender]:
        async with open_sender(settings) as sender:

            async def send(to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
                sent = await sender.send(to, text, sender_id)
                orders.at("after_sms")
                return sent

            watched: Any = Beside(sender, send=send)
            yield watched

    return opened


def _watched_conversations(store: Any, orders: KillOrders) -> Beside:
    async def save(turn: Any, *given: Any, expected_claim: str | None, **named: Any) -> SaveResult:
        finishes = expected_claim is not None and turn.claim is None
        if finishes and expected_claim:
            orders.at("before_finish", expected_claim)
        saved: SaveResult = await store.save(turn, *given, expected_claim=expected_claim, **named)
        if saved is SaveResult.SAVED and finishes and expected_claim:
            orders.at("after_finish", expected_claim)
        if saved is SaveResult.SAVED and turn.claim is not None and expected_claim is None:
            orders.at("after_claim", turn.claim.key)
        return saved

    return Beside(store, save=save)


def _watched_intake(intake: Any, orders: KillOrders) -> Beside:
    async def accept(row: Any) -> Any:
        standing = await intake.accept(row)
        if standing is None:
            orders.at("after_kept")
        return standing

    async def mark(scope: str, reference: str, status: IntakeStatus, **named: Any) -> None:
        if status is IntakeStatus.DONE:
            orders.at("before_marked")
        await intake.mark(scope, reference, status, **named)

    return Beside(intake, accept=accept, mark=mark)


def _watched_rail(rail: Any, orders: KillOrders) -> Beside:
    async def pay_out(*given: Any, **named: Any) -> Any:
        orders.at("before_payout")
        result = await rail.pay_out(*given, **named)
        orders.at("after_payout")
        return result

    return Beside(rail, pay_out=pay_out)
