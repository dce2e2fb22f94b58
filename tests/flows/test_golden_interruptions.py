"""The interruptions that the scripts of whole conversations leave out, so that every flow is kept with each of them.

`test_golden_table` says which: a dropped session, a hop that comes twice, a wrong answer, back, home, an expired form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.ports.engine import Engine
from core.ports.enquiries import Enquiry
from core.records.borrower import Language
from core.use_cases.recovering import StartPinReset, start_pin_reset
from tests.core.use_cases.lending import PIN, Lending, key
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import Caller
from tests.flows.golden import GOLDEN, assert_golden

pytestmark = GOLDEN

Known = Callable[[Language], Awaitable[Caller]]

CHOICE = {Language.SESOTHO: "1", Language.ENGLISH: "2"}


async def test_going_home_in_a_registration_and_a_last_answer_that_comes_twice(
    stranger: Caller, language: Language
) -> None:
    await stranger.dials()
    await stranger.types(CHOICE[language], "1", "Palesa", "00", "1", "Mokoena", "012345678901", "17051990", "1")
    await stranger.types(PIN, PIN)
    await stranger.repeats()

    assert_golden(stranger, "registering_interrupted", language)


async def test_a_registration_that_expired(stranger: Caller, clock: MovableClock, language: Language) -> None:
    await stranger.dials()
    await stranger.types(CHOICE[language], "1", "Palesa", "Mokoena")
    await stranger.dials_later(clock)
    await stranger.types(CHOICE[language], "1")

    assert_golden(stranger, "registering_expired", language)


async def test_an_application_that_expired(known: Known, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "2")
    await caller.dials_later(clock)
    await caller.types("1", "1", "1")

    assert_golden(caller, "applying_expired", language)


async def test_a_complaint_that_expired(known: Known, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("6", "3", "1", "1", "2")
    await caller.dials_later(clock)
    await caller.types("6", "3", "1")

    assert_golden(caller, "complaining_expired", language)


async def test_an_unfinished_application_is_offered_until_it_is_continued(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "00", "1", "7", "0", "1", "00", "1")
    await caller.dials()
    await caller.types("1")

    assert_golden(caller, "resuming_an_application", language)


async def test_withdrawing_with_an_answer_that_comes_twice(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.apply(caller.number)
    await caller.dials()
    await caller.types("3", "1", "2")
    await caller.repeats()

    assert_golden(caller, "withdrawing_interrupted", language)


async def test_accepting_an_offer_in_spite_of_everything(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3")
    await caller.dials()
    await caller.types("3", "00")
    await caller.dials()
    await caller.types("3", "98", "98", "1", PIN)
    await caller.repeats()

    assert_golden(caller, "accepting_an_offer_interrupted", language)


async def test_declining_an_offer_with_an_answer_that_comes_twice(
    known: Known, lending: Lending, language: Language
) -> None:
    caller = await known(language)
    await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", "98", "98", "3", "1")
    await caller.repeats()

    assert_golden(caller, "declining_an_offer_interrupted", language)


async def test_cancelling_in_spite_of_everything(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.accept(caller.number, await lending.offer(caller.number))
    await caller.dials()
    await caller.types("2")
    await caller.dials()
    await caller.types("2", "5")
    await caller.dials()
    await caller.types("2", "5", "0", "5", "00", "2", "5", "1", PIN)
    await caller.repeats()

    assert_golden(caller, "cancelling_interrupted", language)


async def test_going_home_while_paying(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.active_loan(caller.number)
    await caller.dials()
    await caller.types("4", "00", "4", "1", "0", "1", "00")

    assert_golden(caller, "paying_interrupted", language)


async def test_the_profile_in_spite_of_everything(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5")
    await caller.dials()
    await caller.types("5", "0", "5", "1", "0", "8", "1", "0", "00", "5", "1", CHOICE[language])
    await caller.repeats()

    assert_golden(caller, "the_profile_interrupted", language)


async def test_changing_the_pin_in_spite_of_everything(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "3")
    await caller.dials()
    await caller.types("5", "3", "00")

    assert_golden(caller, "changing_the_pin_interrupted", language)


async def test_consents_in_spite_of_everything(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "4")
    await caller.dials()
    await caller.types("5", "4", "0", "4", "00", "5", "4", "98", "1", "98", "9")
    await caller.dials()
    await caller.types("5", "4", "98", "1", "98", "9")
    await caller.repeats()

    assert_golden(caller, "consents_interrupted", language)


async def test_who_checked_me_in_spite_of_everything(
    known: Known, lending: Lending, engine: Engine, language: Language
) -> None:
    caller = await known(language)
    application = await lending.application((await lending.apply(caller.number)).reference)
    look = Enquiry(application.borrower_id, engine.clock.now(), lending.mfi.id, None, "opened:1")
    await engine.channel.enquiries.add(look)
    await caller.dials()
    await caller.types("5", "5")
    await caller.dials()
    await caller.types("5", "5", "0", "5", "00")

    assert_golden(caller, "who_checked_me_interrupted", language)


async def test_complaining_in_spite_of_everything(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("6", "9", "0", "6", "3", "1", "1", "2", "00", "6", "3", "1", "1", "9")
    await caller.repeats()
    await caller.dials()
    await caller.types("6", "4")
    await caller.dials()
    await caller.types("6", "4", "9", "1", "0", "1", "00")

    assert_golden(caller, "complaining_interrupted", language)


async def test_setting_a_pin_anew_in_spite_of_everything(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    national_id = f"0{caller.number.e164[4:]}"
    await start_pin_reset(lending.engine, lending.officer, StartPinReset(caller.number, national_id, key()))
    await caller.dials()
    await caller.types("6", "2", "1", "0", "1", "00")

    assert_golden(caller, "setting_a_pin_anew_interrupted", language)
