"""The phone's own way out: option 7 of the profile, there only while a chat is linked."""

from __future__ import annotations

from conversations.turns import Hop, Reply
from core.phones import PhoneNumber
from core.records.borrower import Channel, Language
from core.use_cases.preferring import change_language
from tests.channels.telegram.world import SERVICE_CODE, Person, TelegramWorld


async def dial(world: TelegramWorld, phone: PhoneNumber, session: str, text: str) -> Reply:
    hop = Hop(channel=Channel.USSD, service=SERVICE_CODE, session=session, caller=phone, text=text)
    return await world.runner.take(hop)


async def test_a_number_without_a_chat_is_not_offered_to_unlink_one(world: TelegramWorld) -> None:
    phone = await world.lending.borrower()
    await change_language(world.engine, phone, Language.ENGLISH)

    assert "Telegram" not in (await dial(world, phone, "one", "5")).text
    assert (await dial(world, phone, "two", "5*7")).screen == "profile.menu"


async def test_a_lost_chat_is_unlinked_from_the_phone(world: TelegramWorld, known: Person) -> None:
    shown = [(await dial(world, known.phone, "one", text)).screen for text in ("", "5", "5*7", "5*7*2")]

    assert shown == ["main.menu", "profile.menu", "profile.telegram", "profile.telegram_unlinked"]
    await known.writes("1")
    await known.reads("share your phone number")
    await world.deliver_messages()
    assert any("no Telegram chat is linked" in sms for sms in world.sims.to(known.phone))


async def test_a_chat_that_stood_at_a_pin_when_it_was_unlinked_deletes_nothing_more(
    world: TelegramWorld, known: Person
) -> None:
    await known.presses("5. ", "3. ")
    for text in ("", "5", "5*7", "5*7*2"):
        await dial(world, known.phone, "one", text)

    await known.writes("hello", "hello again")

    deleted = {message["text"]: message["deleted"] for message in await known.written()}
    assert not deleted["hello again"]
    assert not (await world.chat_of(known.phone)).awaits_secret


async def test_a_chat_may_be_kept(world: TelegramWorld, known: Person) -> None:
    for text in ("", "5", "5*7", "5*7*1"):
        await dial(world, known.phone, "one", text)

    await known.writes("5")
    await known.reads("7. Telegram")


async def test_a_deep_dial_unlinks_nothing(world: TelegramWorld, known: Person) -> None:
    assert (await dial(world, known.phone, "one", "5*7*2")).screen == "profile.telegram"

    await known.writes("5")
    await known.reads("7. Telegram")
