"""SMS as a whole channel, through the inbox that the hook calls: sessions, repeats, PINs, words and strange senders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from channels.sms.codes import ShortCode
from channels.sms.conversation import SmsConversation
from channels.sms.keywords import CHOICES, Keyword
from channels.sms.receiving import AN_HOUR_MAX, RECEIVED, SmsInbox
from channels.sms.sessions import IDLE_MINUTES, SESSIONS_A_DAY_MAX
from conversations.engine import Menu
from conversations.flows import BORROWER
from conversations.texts import Texts
from conversations.turns import TurnRunner
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Language
from core.use_cases.borrowing import overview
from tests.core.use_cases.lending import PIN, Lending, new_phone
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import SERVICE, Caller
from tests.flows.texter import SHORT_CODE, Texter

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
SHARED = ShortCode("30300", "LETSEMA")
ANSWERS = ("Palesa", "Mokoena", "012345678901", "17051990")


@pytest.fixture
def inbox(engine: Engine, runner: TurnRunner, texts: Texts) -> SmsInbox:
    codes = (ShortCode(SHORT_CODE), SHARED)
    return SmsInbox(
        engine, SmsConversation(engine, runner.take, BORROWER, texts, short_codes=codes, service_code=SERVICE)
    )


@pytest.fixture
def texter(inbox: SmsInbox, engine: Engine, lending: Lending) -> Texter:
    """A number that nobody knows."""
    return Texter(inbox, engine, lending, new_phone())


@pytest.fixture
async def borrower(known: Known, inbox: SmsInbox, engine: Engine, lending: Lending) -> Texter:
    return Texter(inbox, engine, lending, (await known(Language.ENGLISH)).number)


async def test_registration_over_sms_stops_at_the_pin_and_the_dial_goes_on_there(
    texter: Texter, stranger: Caller, lending: Lending
) -> None:
    await texter.texts("Lumela", "2", "1", *ANSWERS, "1")
    await texter.says("never ask for a PIN by SMS", SERVICE)
    stranger.number = texter.number

    await stranger.dials()
    await stranger.types("1")
    stranger.shows("register.pin")
    await stranger.types("2580", "2580")

    stranger.shows("main.menu").says("You are registered.")
    assert len(await lending.messages("registered")) == 1


async def test_an_application_over_sms_waits_at_its_pin_under_its_reference(
    borrower: Texter, known: Known, engine: Engine
) -> None:
    await borrower.texts("hi", "1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1")
    await borrower.says("Reference ", "choose Continue")
    answer = (await borrower.answers())[-1]
    caller = await known()
    caller.number = borrower.number

    await caller.dials()
    await caller.types("1")
    caller.shows("apply.pin")
    await caller.types(PIN)

    caller.shows("apply.submitted")
    application = (await overview(engine, borrower.number)).application
    assert application is not None
    assert str(application.reference) in answer.replace(" ", "")


async def test_a_pin_that_is_texted_all_the_same_is_neither_read_nor_kept(borrower: Texter, engine: Engine) -> None:
    await borrower.texts("hi", "1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1", PIN)

    answers = await borrower.answers()
    assert answers[-1] == answers[-2]
    assert (await overview(engine, borrower.number)).application is None
    caller = engine.keyed_hash.phone(borrower.number)
    kept = await engine.channel.messages.of_caller(caller, 50)
    assert PIN not in {message.text for message in kept}
    entry = await engine.channel.directory.phone(caller)
    assert entry is not None
    assert entry.pin_failures == 0


async def test_back_works_at_the_screen_for_the_pin(borrower: Texter) -> None:
    await borrower.texts("hi", "1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1", "0")

    await borrower.says("1 Accept")


async def test_after_the_dial_went_on_with_the_form_the_next_text_begins_again(borrower: Texter, known: Known) -> None:
    await borrower.texts("hi", "1", "1", "1", "1500")
    caller = await known()
    caller.number = borrower.number
    await caller.dials()
    await caller.types("1")

    await borrower.texts("2")

    await borrower.says("You have not finished your application.")


async def test_a_message_that_is_delivered_again_is_answered_once_and_moves_nothing(borrower: Texter) -> None:
    await borrower.texts("hi", "1", "1", "1")
    await borrower.repeats()
    await borrower.was_answered(4)
    await borrower.texts("1500")

    await borrower.repeats(0)
    await borrower.repeats(1)
    await asyncio.gather(*(borrower.repeats(-1) for _ in range(3)))

    await borrower.was_answered(5)
    await borrower.says("For how long?")


async def test_a_crash_before_the_answer_was_queued_is_made_good_by_the_repeat(
    borrower: Texter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Died

    await borrower.texts("hi")
    with monkeypatch.context() as patch:
        patch.setattr("channels.sms.receiving.queue_reply", dies)
        with pytest.raises(Died):
            await borrower.texts("1")
    await borrower.was_answered(1)

    await borrower.repeats()

    await borrower.was_answered(2)
    await borrower.says("Choose a lender:")


async def test_two_texts_at_once_are_two_turns(borrower: Texter) -> None:
    await borrower.texts("hi")
    borrower.sent += [borrower.message("1"), borrower.message("1")]

    await asyncio.gather(borrower.inbox.receive(borrower.sent[-2]), borrower.inbox.receive(borrower.sent[-1]))

    await borrower.was_answered(3)
    await borrower.says("Choose a loan:")


async def test_the_text_after_a_long_silence_opens_a_session_and_answers_nothing(
    borrower: Texter, clock: MovableClock
) -> None:
    await borrower.texts("hi", "1", "1", "1", "1500")
    clock.move(minutes=IDLE_MINUTES + 1)

    await borrower.texts("2")

    await borrower.says("1 Continue", "2 Start again")


async def test_the_text_after_an_end_opens_the_next_session(borrower: Texter) -> None:
    await borrower.texts("hi", "6", "1")
    await borrower.texts("thanks")

    await borrower.says("1 Apply for a loan")


async def test_a_day_has_only_so_many_sessions(borrower: Texter, clock: MovableClock) -> None:
    for _ in range(SESSIONS_A_DAY_MAX + 3):
        await borrower.texts("MENU")
        clock.move(minutes=20)

    await borrower.was_answered(SESSIONS_A_DAY_MAX)


@pytest.mark.parametrize("word", ["BAL", "balance", "Chelete!", "mokoloto"])
async def test_the_word_for_the_balance_shows_what_is_owed(borrower: Texter, lending: Lending, word: str) -> None:
    await lending.active_loan(borrower.number)

    await borrower.texts(word)

    await borrower.says("you owe", "M353.53")


def test_the_word_for_the_balance_presses_what_the_menu_calls_my_loans() -> None:
    menu = BORROWER.screens["main.menu"]
    assert isinstance(menu, Menu)
    pressed = next(option for option in menu.options if option.key == CHOICES[Keyword.BALANCE])
    assert pressed.to == "loans.enter"


async def test_a_strangers_word_for_the_balance_chooses_nothing_for_them(texter: Texter) -> None:
    await texter.texts("BAL")

    await texter.says("Choose a language")


async def test_help_says_what_can_be_written_and_leaves_the_session_where_it_is(borrower: Texter) -> None:
    await borrower.texts("hi", "1", "1", "1")
    await borrower.texts("THUSO")
    await borrower.says("STOP", "BAL", SERVICE)
    await borrower.texts("1500")

    await borrower.says("For how long?")


async def test_a_name_that_is_a_keyword_too_is_a_name_where_a_name_is_asked_for(texter: Texter) -> None:
    await texter.texts("hi", "2", "1", "Thuso")

    await texter.says("Your surname")


async def test_stop_and_start_change_the_reminders(borrower: Texter, engine: Engine) -> None:
    await borrower.texts("STOP")
    await borrower.says("No more reminders")
    assert not (await overview(engine, borrower.number)).borrower.wants_reminders

    await borrower.texts("start")
    assert (await overview(engine, borrower.number)).borrower.wants_reminders


async def test_stop_is_heard_in_the_middle_of_a_question(borrower: Texter) -> None:
    await borrower.texts("hi", "1", "1", "1", "Stop.")

    await borrower.says("No more reminders")


async def test_stop_from_a_stranger_begins_nothing(texter: Texter) -> None:
    await texter.texts("STOP")

    await texter.says(SERVICE)
    await texter.was_answered(1)


@pytest.mark.parametrize("language", list(Language))
async def test_words_are_answered_in_the_writers_language(
    known: Known, inbox: SmsInbox, engine: Engine, lending: Lending, language: Language
) -> None:
    texter = Texter(inbox, engine, lending, (await known(language)).number)

    await texter.texts("HELP")

    await texter.says("Letsa" if language is Language.SESOTHO else "Dial")


async def test_two_machines_that_answer_each_other_fall_silent(borrower: Texter, clock: MovableClock) -> None:
    for _ in range(AN_HOUR_MAX + 5):
        await borrower.texts("HELP")
    await borrower.was_answered(AN_HOUR_MAX + 1)
    await borrower.says("Too many SMS")

    clock.move(minutes=61)
    await borrower.texts("HELP")

    await borrower.says("STOP")


async def test_a_shared_code_is_ours_only_after_our_word(borrower: Texter, engine: Engine) -> None:
    borrower.short_code = SHARED.number
    await borrower.texts("WIN a car", "letsema hi", "Letsema 1")

    await borrower.was_answered(2)
    await borrower.says("Choose a lender:")
    kept = await engine.channel.messages.of_caller(engine.keyed_hash.phone(borrower.number), 10)
    assert [message.state for message in kept] == [RECEIVED] * 3


async def test_two_codes_have_a_session_each(borrower: Texter) -> None:
    await borrower.texts("hi", "1")
    await borrower.inbox.receive(replace(borrower.message("LETSEMA hi"), service=SHARED.number))
    await borrower.texts("1")

    await borrower.says("Choose a loan:")


async def test_a_code_that_is_not_ours_is_kept_and_not_answered(borrower: Texter) -> None:
    borrower.short_code = "99999"

    await borrower.texts("hi")

    await borrower.was_answered(0)


@pytest.mark.parametrize("sender", ["", "+27821234567", "Vodacom"])
async def test_a_sender_that_is_no_mobile_of_lesotho_is_not_answered(borrower: Texter, sender: str) -> None:
    await borrower.inbox.receive(replace(borrower.message("hi"), sender=sender))

    await borrower.was_answered(0)


@pytest.mark.parametrize(
    "text", ["", "x" * 10_000, "\x00\x1b[31m", "\u202e1", "%s%n {amount} {0}", "'; drop table x; --", "*1*1*1", "98"]
)
async def test_whatever_is_written_the_question_comes_again_within_its_parts(borrower: Texter, text: str) -> None:
    await borrower.texts("hi", "1", "1", "1", text)

    await borrower.says("How much do you want?")
    assert text not in (await borrower.answers())[-1] or text in {"", "98"}


async def test_each_number_has_its_own_session(borrower: Texter, known: Known) -> None:
    other = Texter(borrower.inbox, borrower.engine, borrower.lending, (await known(Language.ENGLISH)).number)
    await borrower.texts("hi", "1", "1", "1")

    await other.texts("1500")

    await other.says("1 Apply for a loan")
    assert other.number != PhoneNumber.parse(borrower.number.e164)
