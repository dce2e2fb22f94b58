"""From /start to a chat that counts as a number, over HTTP, with the code on the SIM."""

from __future__ import annotations

from tests.channels.telegram.world import Person, TelegramWorld
from tests.core.use_cases.lending import new_phone


async def test_start_asks_for_the_number_with_a_button_that_shares_it(stranger: Person) -> None:
    await stranger.writes("/start")

    await stranger.reads("share your phone number")
    assert (await stranger.last())["asks_for_contact"]


async def test_a_shared_number_is_proved_by_a_code_on_its_sim(stranger: Person, world: TelegramWorld) -> None:
    await stranger.writes("/start")
    await stranger.does(share="")
    await stranger.reads("code of 6 digits by SMS")
    await world.deliver_messages()

    await stranger.writes(stranger.code())

    assert any("now counts as your number" in message["text"] for message in await stranger.messages())
    await stranger.reads("1. Sesotho")
    await world.deliver_messages()
    assert any("Telegram chat is now linked" in sms for sms in world.sims.to(stranger.phone))


async def test_somebody_elses_card_is_refused(stranger: Person) -> None:
    await stranger.writes("/start")

    await stranger.does(share=new_phone().e164)

    await stranger.reads("That is not your own number")


async def test_a_number_from_abroad_is_told_so(world: TelegramWorld, stranger: Person) -> None:
    chat_id = stranger.chat_id
    contact = {"phone_number": "27821234567", "first_name": "T", "user_id": chat_id}
    user = {"id": chat_id, "is_bot": False, "first_name": "T", "language_code": "en"}
    message = {"message_id": 7, "date": 0, "chat": {"id": chat_id, "type": "private"}, "from": user, "contact": contact}

    await world.post({"update_id": 900, "message": message})
    await world.quiet()

    await stranger.reads("mobile numbers of Lesotho")


async def test_a_wrong_code_says_how_many_tries_are_left_and_three_end_it(
    stranger: Person, world: TelegramWorld
) -> None:
    await stranger.writes("/start")
    await stranger.does(share="")
    await world.deliver_messages()
    wrong = "000000" if stranger.code() != "000000" else "000001"

    await stranger.writes(wrong)
    await stranger.reads("Tries left: 2")
    await stranger.writes(wrong, wrong)

    await stranger.reads("no longer works")
    assert (await stranger.last())["asks_for_contact"]
    await stranger.writes(stranger.code())
    await stranger.reads("share your phone number")


async def test_stop_unlinks_and_both_sides_hear_of_it(known: Person, world: TelegramWorld) -> None:
    await known.writes("/stop")

    await known.reads("no longer linked")
    await world.deliver_messages()
    assert any("no Telegram chat is linked" in sms for sms in world.sims.to(known.phone))
    await known.writes("1")
    await known.reads("share your phone number")


async def test_the_code_is_nowhere_in_the_chats_store(stranger: Person, world: TelegramWorld) -> None:
    await stranger.writes("/start")
    await stranger.does(share="")
    await world.deliver_messages()
    code = stranger.code()

    chat = await world.chat_of(stranger.phone)

    assert code not in repr(chat)
    assert code.encode() not in b"".join((chat.caller, chat.phone, chat.code_digest))


async def test_sesotho_is_spoken_to_whoever_does_not_use_telegram_in_english(
    world: TelegramWorld, stranger: Person
) -> None:
    chat_id = stranger.chat_id
    user = {"id": chat_id, "is_bot": False, "first_name": "T"}
    message = {"message_id": 7, "date": 0, "chat": {"id": chat_id, "type": "private"}, "from": user, "text": "/start"}

    await world.post({"update_id": 900, "message": message})
    await world.quiet()

    await stranger.reads("Lumela! Ke Letsema.")
