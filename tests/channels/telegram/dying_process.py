"""A process that works off what chats have waiting and kills itself where it would send: `python -m …dying_process`.

Arguments: the database's address, and the time that it always is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from channels.telegram.delivering import Delivery
from channels.telegram.desk import TelegramDesk
from channels.telegram.rendering import TelegramRenderer
from channels.telegram.talking import Talk
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.borrower import Channel
from letsema.environment import SystemIdentifiers
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.channels.telegram.world import BOT, SERVICE_CODE, TEXTS
from tests.fixtures_postgres import MovableClock


@dataclass
class SuicidalBot:
    """Never sends: the process is gone before anything can be caught, closed or released."""

    async def send_screen(self, *_arguments: object) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")


async def work_off(url: str, at: str) -> None:
    """Take up what waits, as the worker does, with the keys that the tests have."""
    sealer, names = AesGcmSealer({1: b"s" * 32}), KeyedNames(b"l" * 32, {1: b"t" * 32})
    clock, nobody = MovableClock(datetime.fromisoformat(at)), cast("Any", None)
    async with (
        RecordOnPostgres.opened(RecordConnections(url), sealer, names, clock) as record,
        ChannelOnPostgres.opened(ChannelConnections(url), sealer) as channel,
    ):
        engine = Engine(
            record=record,
            channel=channel,
            clock=clock,
            identifiers=SystemIdentifiers(),
            keyed_hash=names,
            sealer=sealer,
            pin_hasher=nobody,
            password_hasher=nobody,
            rails={},
        )
        renderers = {Channel.TELEGRAM: TelegramRenderer(TEXTS)}
        runner = TurnRunner(machine=BORROWER, engine=engine, answers=BORROWER_ANSWERS, renderers=renderers)
        talk = Talk(engine=engine, take=runner.take, texts=TEXTS, bot=BOT, service_code=SERVICE_CODE)
        desk = TelegramDesk(engine, talk, Delivery(engine, cast("Any", SuicidalBot())), BOT, "the one that dies")
        await desk.work_off_waiting(10)


if __name__ == "__main__":
    asyncio.run(work_off(*sys.argv[1:]))
