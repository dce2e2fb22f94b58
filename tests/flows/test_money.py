"""What the money screens do besides what their golden conversations show, on the real engine and PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import Texts
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.borrower import Channel
from core.records.message import MessageKind
from core.use_cases.changing_wallet import wallet_of
from tests.core.use_cases.lending import PIN, Lending
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
TO_WALLET = ("1", "1", "1", "1500", "2", "2", "1", "6000")


async def test_an_application_to_another_number_is_paid_there(known: Known, lending: Lending, engine: Engine) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_WALLET, "2", "5812 3456", "1")
    caller.shows("apply.pin").says("to 5812 3456")
    await caller.types(PIN)
    caller.shows("apply.submitted")

    wallet, waiting = await wallet_of(engine, caller.number)

    assert wallet.number.e164 == "+26658123456"
    assert waiting is not None
    assert len(await lending.messages(MessageKind.WALLET_CHANGED)) == 1


async def test_a_returning_borrower_is_asked_for_the_wallet_again_after_90_days(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    await lending.apply(caller.number, product=lending.other_product)
    clock.move(days=91)
    await lending.close(clock.now().date() - timedelta(days=1))

    await caller.dials()
    await caller.types("1", "1", "1", "800", "2", "2", "1", "6000")

    caller.shows("apply.wallet")


async def test_the_usual_number_of_a_returning_borrower_is_shown_where_they_confirm(
    known: Known, lending: Lending
) -> None:
    caller = await known()
    await lending.apply(caller.number, product=lending.other_product)

    await caller.dials()
    await caller.types("1", "1", "800", "2", "1")

    caller.shows("apply.pin").says("to usual number")


async def test_where_the_rail_cannot_prompt_the_amount_comes_with_how_to_pay_it(
    known: Known, lending: Lending, engine: Engine, texts: Texts
) -> None:
    caller = await known()
    await lending.active_loan(caller.number)
    caller.runner = TurnRunner(
        machine=BORROWER,
        engine=replace(engine, rails={}),
        answers=BORROWER_ANSWERS,
        renderers={Channel.USSD: UssdRenderer(texts)},
    )

    await caller.dials()
    await caller.types("4", "1", "3")

    caller.shows("repay.how").says("Pay M353.53", "71001").ends()


async def test_with_nothing_overdue_the_choices_are_those_that_make_sense(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.active_loan(caller.number)

    await caller.dials()
    await caller.types("4", "1")

    caller.says("3. Next, 23 Dec 2026: M353.53").says_not("1. Due", "2. To be on schedule")
    await caller.types("2")
    caller.shows("repay.amounts")


async def test_a_wallet_is_changed_only_with_the_pin(known: Known, engine: Engine) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("5", "8", "1", "58123456", "1", "0000")
    before, _ = await wallet_of(engine, caller.number)
    await caller.types(PIN)

    after, _ = await wallet_of(engine, caller.number)

    assert before.number == caller.number
    assert after.number.e164 == "+26658123456"
    caller.shows("wallet.changed").says("5812 3456", "24 hours").ends()
