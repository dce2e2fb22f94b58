"""Applying while the district's records do not answer, as the phone shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.borrower import Language
from core.records.loan import LoanStatus
from core.use_cases.callers import registered
from core.use_cases.draining import drain_applications
from tests.core.use_cases.faulty_record import losing_answers, while_down
from tests.core.use_cases.lending import HOME, PIN, Lending
from tests.flows.caller import Caller
from tests.flows.conftest import UNHURRIED_SECONDS
from tests.flows.golden import CHANNELS, assert_golden

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
ASKED_ANEW = ("1", "1", "1", "1500", "2", "2", "1", "6000")
"""Without the records nothing is known of the borrower's last application."""
ACCEPTED = ("98", "98", "1")


def on(engine: Engine, runner: TurnRunner) -> TurnRunner:
    """The same runner on another engine."""
    around = runner._around
    return TurnRunner(
        machine=around.machine,
        engine=engine,
        answers=around.answers,
        renderers=dict(around.renderers),
        deadline_seconds=UNHURRIED_SECONDS,
    )


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("channel", CHANNELS)
async def test_applying_while_the_district_is_down(
    known: Known, lending: Lending, engine: Engine, runner: TurnRunner, language: Language
) -> None:
    caller = await known(language)
    caller.runner = on(while_down(engine), runner)
    await caller.dials()
    await caller.types(*ASKED_ANEW, *ACCEPTED, PIN)
    await caller.repeats()
    for choice in ("1", "3"):
        await caller.dials()
        await caller.types(choice)
    caller.runner = runner
    await drain_applications(engine, HOME, 10)
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "applying_while_the_district_is_down", language)


async def test_one_that_is_being_sent_is_said_in_place_of_a_second_application(
    known: Known, lending: Lending, engine: Engine, runner: TurnRunner
) -> None:
    """The district is up again before the drain has come by."""
    caller = await known()
    await caller.dials()
    await caller.types(*ASKED_ANEW, "1", *ACCEPTED)
    caller.runner = on(while_down(engine), runner)
    await caller.types(PIN)
    caller.shows("apply.taken")

    caller.runner = runner
    await caller.dials()
    await caller.types("1")

    caller.shows("apply.being_sent").ends()
    await drain_applications(engine, HOME, 10)
    await caller.dials()
    await caller.types("1")
    caller.shows("apply.product").says("Mohloli Finance: ")


async def test_when_the_answer_is_lost_after_the_commit_the_borrower_has_one_application(
    known: Known, lending: Lending, engine: Engine, runner: TurnRunner
) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*ASKED_ANEW, "1", *ACCEPTED)
    caller.runner = on(losing_answers(engine), runner)
    await caller.types(PIN)
    caller.shows("apply.taken").ends()

    assert await drain_applications(engine, HOME, 10) == 1

    entry = await registered(engine, caller.number)
    async with engine.record.unit(HOME) as unit:
        (application,) = await unit.applications.of_borrower(entry.borrower_id)
    caller.says(application.reference.spaced)
    assert len(await lending.messages("application_received")) == 1
    caller.runner = runner
    await caller.dials()
    caller.shows("main.menu")


async def test_an_offer_is_not_accepted_and_a_wallet_not_changed_while_the_district_is_down(
    known: Known, lending: Lending, engine: Engine, runner: TurnRunner
) -> None:
    caller = await known()
    loan = await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", *ACCEPTED)
    caller.shows("offer.pin")
    caller.runner = on(while_down(engine), runner)
    await caller.types(PIN)

    caller.shows("start.district_down").ends()
    other = await known()
    other.runner = on(while_down(engine), runner)
    await other.dials()
    await other.types("5", "8")
    other.shows("start.district_down").ends()
    assert list(await engine.channel.intake.waiting(HOME, 10)) == []
    assert (await lending.loan(loan)).status is LoanStatus.OFFERED
