"""The borrower's machine on the real engine: `runner`, and callers who are new or registered, over a `channel`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from channels.sms.rendering import SmsRenderer
from channels.telegram.rendering import TelegramRenderer
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import Texts, load_texts
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.borrower import Channel, Language
from core.use_cases.preferring import change_language
from tests.core.use_cases.lending import Lending, new_phone
from tests.flows.caller import SERVICE, Caller


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts()


UNHURRIED_SECONDS = 30.0
"""What is said here does not depend on how busy a machine is: the deadline has its tests with the turns."""


@pytest.fixture
async def runner(engine: Engine, texts: Texts) -> AsyncIterator[TurnRunner]:
    made = TurnRunner(
        machine=BORROWER,
        engine=engine,
        answers=BORROWER_ANSWERS,
        renderers={
            Channel.USSD: UssdRenderer(texts),
            Channel.SMS: SmsRenderer(texts, SERVICE),
            Channel.TELEGRAM: TelegramRenderer(texts),
        },
        deadline_seconds=UNHURRIED_SECONDS,
    )
    yield made
    assert await made.drain(5)


@pytest.fixture
def channel() -> Channel:
    """What callers speak over. A test that is played over several is parametrised with it."""
    return Channel.USSD


@pytest.fixture
def stranger(runner: TurnRunner, lending: Lending, channel: Channel) -> Caller:
    """A caller whom nobody knows yet, in a country where two lenders lend."""
    return Caller(runner, new_phone(), channel)


@pytest.fixture
def other(lending: Lending) -> Lending:
    """The second lender, with staff of its own."""
    of_other = {
        role: replace(getattr(lending, role), mfi_id=lending.other_mfi.id)
        for role in ("officer", "analyst", "manager", "cashier")
    }
    return replace(lending, mfi=lending.other_mfi, product=lending.other_product, **of_other)


@pytest.fixture
def known(runner: TurnRunner, lending: Lending, engine: Engine, channel: Channel) -> Callable[..., Awaitable[Caller]]:
    """Make a caller who is registered and reads this language."""

    async def make(language: Language = Language.ENGLISH) -> Caller:
        phone = await lending.borrower()
        await change_language(engine, phone, language)
        return Caller(runner, phone, channel)

    return make
