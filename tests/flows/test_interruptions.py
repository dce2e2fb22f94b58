"""What a network, an impatient thumb and a dying process do to a conversation, on the real engine and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from conversations.turns import Hop, TurnRunner
from core.money import Money
from core.ports.engine import Engine
from core.records.application import ApplicationStatus
from core.records.borrower import Channel
from core.use_cases.borrowing import overview
from core.use_cases.deciding_change import Answer, agree
from core.use_cases.proposing_change import ProposeNumber, propose_number
from tests.core.use_cases.lending import Lending, key, new_phone
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import SERVICE, Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
TO_PIN = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1")


class _Dead(BaseException):
    """The process is gone."""


def _dying_after_the_claim(engine: Engine, runner: TurnRunner) -> TurnRunner:
    """The same runner in a process that dies once the effect is there, before the turn is finished."""
    conversations = engine.channel.conversations

    class Dying:
        async def load(self, *arguments: object) -> object:
            return await conversations.load(*arguments)  # type: ignore[arg-type]

        async def save(self, turn: object, **expected: object) -> object:
            if expected["expected_claim"] is not None:
                raise _Dead
            return await conversations.save(turn, **expected)  # type: ignore[arg-type]

    class Plane:
        def __getattr__(self, name: str) -> object:
            return Dying() if name == "conversations" else getattr(engine.channel, name)

    around = runner._around
    dying = replace(engine, channel=Plane())  # type: ignore[arg-type]
    return TurnRunner(machine=around.machine, engine=dying, answers=around.answers, renderers=dict(around.renderers))


async def test_a_session_that_dies_after_the_amount_is_continued_on_the_next_dial(
    known: Known, lending: Lending, engine: Engine
) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("1", "1", "1", "1500")

    await caller.dials()
    caller.shows("start.resume").says("1. Continue")
    await caller.types("1", "2", "2", "1", "6000", "1")
    caller.says("M1,500.00")
    await caller.types("1", "2580")

    caller.shows("apply.submitted").ends()
    application = (await overview(engine, caller.number)).application
    assert application is not None
    assert application.amount == Money.of("1500")


async def test_a_confirmation_delivered_twice_at_once_applies_once(
    known: Known, lending: Lending, engine: Engine
) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    caller.transcript += "*2580"

    first, second = await asyncio.gather(caller.runner.take(caller.hop()), caller.runner.take(caller.hop()))

    assert first == second
    assert first.screen == "apply.submitted"
    assert len(await lending.messages("application_received")) == 1
    entry = await engine.channel.directory.phone(engine.keyed_hash.phone(caller.number))
    assert entry is not None
    assert entry.pin_failures == 0


async def test_a_registration_delivered_twice_at_once_registers_once(stranger: Caller, lending: Lending) -> None:
    await stranger.dials()
    await stranger.types("2", "1", "Palesa", "Mokoena", "012345678901", "17051990", "1", "2580")
    stranger.transcript += "*2580"

    first, second = await asyncio.gather(stranger.runner.take(stranger.hop()), stranger.runner.take(stranger.hop()))

    assert first == second
    assert first.screen == "main.menu"
    assert len(await lending.messages("registered")) == 1


async def test_another_session_with_the_same_form_takes_it_over(known: Known) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    other = Caller(caller.runner, caller.number)
    await other.dials()
    await other.types("1")
    other.shows("apply.pin")

    await caller.types("2580")
    caller.says("You went on in another session.").ends()
    await other.types("2580")
    other.shows("apply.submitted")


async def test_the_same_application_confirmed_again_on_the_next_dial_has_the_same_reference(
    known: Known, lending: Lending, engine: Engine
) -> None:
    """The process died after the effect and before the reply was kept."""
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    runner = caller.runner
    caller.runner = _dying_after_the_claim(engine, runner)
    with pytest.raises(_Dead):
        await caller.types("2580")
    caller.runner = runner

    await caller.dials()
    caller.shows("main.menu")
    await caller.types("3")
    caller.shows("application.waiting")

    assert len(await lending.messages("application_received")) == 1


async def test_the_worker_finishes_what_a_dead_process_claimed(
    known: Known, lending: Lending, engine: Engine, clock: MovableClock
) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    runner = caller.runner
    caller.runner = _dying_after_the_claim(engine, runner)
    with pytest.raises(_Dead):
        await caller.types("2580")
    clock.move(seconds=11)

    assert await runner.finish_stale_claims(10) == 1
    assert await runner.finish_stale_claims(10) == 0

    application = (await overview(engine, caller.number)).application
    assert application is not None
    assert application.status is ApplicationStatus.SUBMITTED
    assert len(await lending.messages("application_received")) == 1


async def test_three_wrong_pins_lock_the_number_and_nothing_is_sent(known: Known, engine: Engine) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    await caller.types("1111")
    caller.shows("apply.pin").says("Tries left: 2")
    await caller.repeats()
    caller.says("Tries left: 2")
    await caller.types("2222")
    caller.says("Tries left: 1")
    await caller.types("3333")
    caller.shows("start.pin_locked").ends()

    await caller.dials()
    await caller.types("1", "2580")
    caller.shows("start.pin_locked").ends()
    assert (await overview(engine, caller.number)).application is None


async def test_the_lock_ends_and_the_application_still_waits(known: Known, clock: MovableClock) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN, "1111", "2222", "3333")
    clock.move(minutes=16)

    await caller.dials()
    await caller.types("1", "2580")

    caller.shows("apply.submitted").ends()


async def test_under_eighteen_nothing_that_was_typed_is_kept(stranger: Caller, engine: Engine) -> None:
    await stranger.dials()
    await stranger.types("2", "1", "Palesa", "Mokoena", "012345678901", "24112008")
    stranger.shows("register.under_age").ends()

    caller = engine.keyed_hash.phone(stranger.number)
    snapshot = await engine.channel.conversations.load(caller, f"ussd:{SERVICE}", stranger.session, engine.clock.now())
    assert snapshot.drafts == ()
    assert snapshot.turn is not None
    sealed = snapshot.turn.state["sealed"]
    assert len(sealed) < 200
    await stranger.dials()
    stranger.shows("register.language")


async def test_a_deep_dial_reaches_a_screen_and_confirms_nothing(known: Known, engine: Engine) -> None:
    caller = await known()

    await caller.dials("1*1*1*1500*2*2*1*6000*1*2580")

    caller.shows("apply.lender").goes_on()
    assert (await overview(engine, caller.number)).application is None


async def test_a_stranger_who_dials_deep_begins_with_the_language(stranger: Caller) -> None:
    await stranger.dials("2*1*Palesa")

    stranger.shows("register.consent").goes_on()


async def test_a_number_registered_meanwhile_over_another_session_comes_to_its_menu(
    stranger: Caller, lending: Lending
) -> None:
    await stranger.dials()
    await stranger.types("2", "1", "Palesa", "Mokoena", "012345678901", "17051990", "1", "2580")
    await lending.register(stranger.number)

    await stranger.types("2580")

    stranger.shows("main.menu").says("registered already")


async def test_a_product_that_was_withdrawn_meanwhile_is_chosen_anew(known: Known, lending: Lending) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "2", "2", "1")
    retired = replace(lending.product, version=2, retired=True)
    await lending.engine.record.add_product(retired)

    await caller.types("6000", "1")

    caller.shows("apply.lender").says("no new loans just now", "Mohloli Finance").says_not("Khotso Finance")


async def test_two_numbers_under_one_session_id_have_a_conversation_each(known: Known) -> None:
    first, second = await known(), await known()
    await first.dials()
    await first.types("1", "1", "1")
    second.session, second.transcript = first.session, first.transcript

    reply = await second.runner.take(
        Hop(channel=Channel.USSD, service=SERVICE, session=first.session, caller=second.number, text="1*1*1")
    )

    assert reply.screen == "apply.lender"
    await first.types("1500")
    first.shows("apply.term")


async def test_a_stranger_on_a_number_that_was_given_up_is_offered_nothing_of_its_borrower(
    known: Known, runner: TurnRunner, lending: Lending
) -> None:
    old, moved = await known(), new_phone()
    await old.dials()
    await old.types("1", "1", "1", "1500", "2", "2", "1", "6000")
    await old.dials()
    old.shows("start.resume")
    national_id = f"0{old.number.e164[4:]}"
    change = await propose_number(
        lending.engine, lending.officer, ProposeNumber(old.number, national_id, moved, "Lost the SIM.", key())
    )
    await agree(lending.engine, lending.manager, Answer(change.district, change.id, "", key()))

    stranger = Caller(runner, old.number)
    await stranger.dials()
    stranger.shows("register.language")
    await lending.register(old.number, national_id="019876543210")
    await stranger.dials()
    stranger.shows("main.menu")
