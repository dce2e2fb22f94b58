"""`world`: Telegram as it runs, on the real engine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.telegram.rendering import TelegramRenderer
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.borrower import Channel, Language
from core.use_cases.preferring import change_language
from tests.channels.telegram.world import TEXTS, Person, TelegramWorld, telegram_world
from tests.core.use_cases.lending import Lending, new_phone
from tests.fixtures_postgres import MovableClock


@pytest.fixture
async def runner(engine: Engine) -> AsyncIterator[TurnRunner]:
    made = TurnRunner(
        machine=BORROWER,
        engine=engine,
        answers=BORROWER_ANSWERS,
        renderers={Channel.USSD: UssdRenderer(TEXTS), Channel.TELEGRAM: TelegramRenderer(TEXTS)},
    )
    yield made
    assert await made.drain(5)


@pytest.fixture
async def world(lending: Lending, runner: TurnRunner, clock: MovableClock) -> AsyncIterator[TelegramWorld]:
    async with telegram_world(lending, runner, clock) as made:
        yield made


@pytest.fixture
def stranger(world: TelegramWorld) -> Person:
    """Somebody whom nobody knows yet."""
    return world.person(new_phone())


@pytest.fixture
async def known(world: TelegramWorld) -> Person:
    """A registered borrower whose chat is linked."""
    phone = await world.lending.borrower()
    await change_language(world.engine, phone, Language.ENGLISH)
    await world.deliver_messages()
    return await world.person(phone).links()
