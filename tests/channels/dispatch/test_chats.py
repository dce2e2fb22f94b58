"""Messages of the outbox to a number that has a chat: to the chat, by SMS, or both, and never twice to one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.telegram.rendering import TelegramRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.turns import TurnRunner
from core.ports.messages import MessageRecord
from core.records.borrower import Channel
from core.records.message import ALWAYS_BY_SMS, BY_SMS_ALONE, MessageKind
from core.use_cases.messages import tell
from tests.channels.telegram.world import TEXTS, Person, TelegramWorld, telegram_world
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock


@pytest.fixture
async def world(lending: Lending, clock: MovableClock) -> AsyncIterator[TelegramWorld]:
    runner = TurnRunner(
        machine=BORROWER,
        engine=lending.engine,
        answers=BORROWER_ANSWERS,
        renderers={Channel.TELEGRAM: TelegramRenderer(TEXTS)},
    )
    async with telegram_world(lending, runner, clock) as made:
        yield made


@pytest.fixture
async def known(world: TelegramWorld) -> Person:
    phone = await world.lending.borrower()
    await world.deliver_messages()
    person = await world.person(phone).links()
    await world.deliver_messages()
    world.sims.sent.clear()
    return person


async def owe(world: TelegramWorld, person: Person, kind: MessageKind, key: str = "k", **figures: object) -> None:
    """Queue one message to a borrower."""
    entry = await world.engine.channel.directory.phone(world.engine.keyed_hash.phone(person.phone))
    assert entry is not None
    async with world.engine.record.unit(entry.district) as unit:
        await tell(world.engine, unit, kind, entry.borrower_id, key=key, mfi_id=None, **figures)
        await unit.commit()


async def owe_a_reminder(world: TelegramWorld, person: Person, key: str = "k") -> None:
    """One that a chat is enough for."""
    await owe(world, person, MessageKind.APPLICATION_WITHDRAWN, key, mfi_name="Mohloli", reference="1234567890")


async def history(world: TelegramWorld, person: Person) -> dict[str, MessageRecord]:
    """The newest record of each channel."""
    caller = world.engine.keyed_hash.phone(person.phone)
    records = await world.engine.channel.messages.of_caller(caller, 50)
    return {record.channel: record for record in reversed(records)}


async def test_what_a_chat_is_enough_for_goes_there_alone(world: TelegramWorld, known: Person) -> None:
    await owe_a_reminder(world, known)
    await world.deliver_messages()

    assert "Mohloli" in (await known.last())["text"]
    assert world.sims.to(known.phone) == []
    record = (await history(world, known))["telegram"]
    assert (record.state, record.provider, record.kind) == ("sent", "telegram", "application_withdrawn")
    assert "Mohloli" in record.text


async def test_safety_goes_to_the_chat_and_to_the_sim(world: TelegramWorld, known: Person) -> None:
    await owe(world, known, MessageKind.PIN_LOCKED)
    await world.deliver_messages()

    assert "PIN" in (await known.last())["text"]
    assert len(world.sims.to(known.phone)) == 1


def test_money_and_safety_are_never_a_chats_alone() -> None:
    money = {MessageKind.DISBURSED, MessageKind.PAYMENT_RECEIVED, MessageKind.LOAN_CLOSED, MessageKind.CREDIT_REFUNDED}
    safety = {MessageKind.PIN_CHANGED, MessageKind.PIN_LOCKED, MessageKind.CHAT_LINKED, MessageKind.CHAT_UNLINKED}

    assert money | safety <= ALWAYS_BY_SMS | BY_SMS_ALONE
    assert MessageKind.LINK_CODE in BY_SMS_ALONE


async def test_what_guards_the_link_is_no_chats_business(world: TelegramWorld, known: Person) -> None:
    before = len(await known.messages())
    await owe(world, known, MessageKind.CHAT_LINKED)
    await world.deliver_messages()

    assert len(await known.messages()) == before
    assert len(world.sims.to(known.phone)) == 1


async def test_a_number_without_a_chat_gets_an_sms(world: TelegramWorld) -> None:
    person = world.person(await world.lending.borrower())
    await world.deliver_messages()
    world.sims.sent.clear()

    await owe_a_reminder(world, person)
    await world.deliver_messages()

    assert len(world.sims.to(person.phone)) == 1


async def test_a_chat_that_was_blocked_is_noted_and_the_sms_goes_out(world: TelegramWorld, known: Person) -> None:
    await world.fault("blocked")
    await owe_a_reminder(world, known)
    await world.deliver_messages()

    assert len(world.sims.to(known.phone)) == 1
    assert (await history(world, known))["telegram"].state == "failed"
    link = await world.engine.channel.chats.link(world.engine.keyed_hash.phone(known.phone))
    assert link is not None
    assert not link.is_reachable

    before = len(await known.messages())
    await owe_a_reminder(world, known, "another")
    await world.deliver_messages()
    assert len(await known.messages()) == before
    assert len(world.sims.to(known.phone)) == 2


@pytest.mark.parametrize("fault", ["lost_answer", "malformed", "500", "bad_key"])
async def test_what_a_chat_may_not_have_got_goes_by_sms_and_not_to_the_chat_again(
    world: TelegramWorld, known: Person, fault: str
) -> None:
    before = len(await known.messages())
    await world.fault(fault)
    await owe_a_reminder(world, known)
    await world.deliver_messages()
    world.clock.move(hours=1)
    await world.deliver_messages()

    assert len(world.sims.to(known.phone)) == 1
    assert len(await known.messages()) - before == (1 if fault in {"lost_answer", "malformed"} else 0)


async def test_telegrams_wish_to_wait_is_honoured(world: TelegramWorld, known: Person) -> None:
    before = len(await known.messages())
    await world.fault("retry_after")
    await owe_a_reminder(world, known)
    await world.deliver_messages()
    assert len(await known.messages()) == before
    assert world.sims.to(known.phone) == []

    world.clock.move(seconds=2)
    await world.deliver_messages()

    assert len(await known.messages()) == before + 1
    assert world.sims.to(known.phone) == []


async def test_money_does_not_wait_for_a_chat(world: TelegramWorld, known: Person) -> None:
    await world.fault("retry_after")
    await owe(world, known, MessageKind.PIN_LOCKED)
    await world.deliver_messages()

    assert len(world.sims.to(known.phone)) == 1


async def test_a_code_that_came_too_late_is_not_sent_any_more(world: TelegramWorld) -> None:
    person = world.person(await world.lending.borrower())
    await world.deliver_messages()
    world.sims.sent.clear()
    await person.writes("/start")
    await person.does(share="")
    world.clock.move(minutes=10)

    await world.deliver_messages()

    assert world.sims.to(person.phone) == []


class KilledError(BaseException):
    """The process was killed here."""


async def test_a_send_that_a_killed_process_had_begun_goes_by_sms(
    world: TelegramWorld, known: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_arguments: object, **_more: object) -> str:
        raise KilledError

    await owe_a_reminder(world, known)
    with monkeypatch.context() as patched:
        patched.setattr("channels.telegram.sending.BotSender.send_text", dies)
        with pytest.raises(BaseExceptionGroup):
            await world.deliver_messages()
    before = len(await known.messages())
    world.clock.move(minutes=5)

    await world.deliver_messages()

    assert len(world.sims.to(known.phone)) == 1
    assert len(await known.messages()) == before
    assert (await history(world, known))["telegram"].state == "in_doubt"
