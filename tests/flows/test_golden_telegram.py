"""Unlinking a Telegram chat, over every channel: the option is there while a chat is linked, and gone after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.ports.chats import ChatLink
from core.ports.engine import Engine
from core.records.borrower import Language
from tests.flows.caller import Caller
from tests.flows.golden import GOLDEN, assert_golden

pytestmark = GOLDEN

Known = Callable[[Language], Awaitable[Caller]]


async def test_unlinking_a_chat(known: Known, language: Language, engine: Engine) -> None:
    caller = await known(language)
    number = engine.keyed_hash.phone(caller.number)
    assert await engine.channel.chats.save_link(ChatLink(number, b"a chat", b"sealed", engine.clock.now()))
    await caller.dials()
    await caller.types("5", "7", "9", "98", "1", "7", "98", "2")
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "7")

    assert_golden(caller, "unlinking_a_chat", language)
