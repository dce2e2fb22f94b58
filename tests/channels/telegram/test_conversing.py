"""A linked chat is its number: the same machine, drafts and PIN rules, by buttons and by text."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import pytest

from channels.telegram.desk import TelegramDesk
from channels.telegram.flooding import AT_ONCE_MAX
from channels.telegram.updates import parse_update
from conversations.turns import Hop
from core.records.borrower import Channel
from tests.channels.telegram.world import BOT, SERVICE_CODE, Person, TelegramWorld
from tests.core.use_cases.lending import new_phone

PIN = "2580"
ANSWERS = ("Palesa", "Mokoena", "012345678901", "17051990")


def a_message(person: Person, update_id: int, text: str, **changed: object) -> dict[str, object]:
    user = {"id": person.chat_id, "is_bot": False, "first_name": "T", "language_code": "en"}
    chat = {"id": person.chat_id, "type": "private"}
    message = {"message_id": update_id, "date": 0, "chat": chat, "from": user, "text": text}
    return {"update_id": update_id, "message": message} | changed


async def test_a_stranger_registers_and_applies_in_a_chat(world: TelegramWorld, stranger: Person) -> None:
    await stranger.links()
    await stranger.presses("2. English", "1. I agree")
    await stranger.writes(*ANSWERS)
    await stranger.presses("1. ")  # the district
    await stranger.writes(PIN, PIN)
    await stranger.reads("You are registered.", "1. Apply for a loan")
    await stranger.presses("1. Apply")

    for _ in range(14):
        newest = await stranger.last()
        if "Received" in newest["text"] or ("reference" in newest["text"].lower() and "PIN" not in newest["text"]):
            break
        await _answers(stranger, newest["text"], newest["buttons"])

    entry = await world.engine.channel.directory.phone(world.engine.keyed_hash.phone(stranger.phone))
    assert entry is not None
    async with world.engine.record.unit(entry.district) as unit:
        (application,) = await unit.applications.of_borrower(entry.borrower_id)
        borrower = await unit.borrowers.get(entry.borrower_id)
    assert (application.channel, borrower.channel) == (Channel.TELEGRAM, Channel.TELEGRAM)


async def _answers(person: Person, text: str, buttons: list[str]) -> None:
    """Whatever the application asks: the first choice, or a plain figure."""
    if "PIN" in text:
        await person.writes(PIN)
    elif any(label.startswith("1. ") for label in buttons):
        await person.presses("1. ")
    else:
        await person.writes("1000" if "M" in text else "9000")


async def test_a_pin_is_deleted_from_the_chat_and_never_stored(
    world: TelegramWorld, known: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bytes] = []
    accept = world.engine.channel.chats.accept

    async def watched(update: object) -> bool:
        kept.append(world.engine.sealer.open(update.payload, f"chat-update:{BOT}:{update.update_id}"))  # type: ignore[attr-defined]
        return await accept(update)  # type: ignore[arg-type]

    monkeypatch.setattr(world.engine.channel.chats, "accept", watched)
    await known.presses("5. ", "3. ")
    assert (await world.chat_of(known.phone)).awaits_secret

    await known.writes("9753")

    assert [message["deleted"] for message in await known.written() if message["text"] == "9753"] == [True]
    assert not any(b"9753" in payload for payload in kept)
    assert len(kept) == 3


async def test_an_answer_that_is_no_secret_stays_in_the_chat(known: Person) -> None:
    await known.writes("5")

    assert [message["deleted"] for message in await known.written() if message["text"] == "5"] == [False]


async def test_buttons_go_from_the_message_that_was_answered(known: Person) -> None:
    before = len(await known.messages())

    await known.presses("5. ")

    assert (await known.messages())[before - 1]["buttons"] == []
    assert (await known.last())["buttons"]


async def test_the_same_update_delivered_many_times_at_once_acts_once(world: TelegramWorld, known: Person) -> None:
    before = len(await known.messages())
    update = a_message(known, 5_000, "5")

    answers = await asyncio.gather(*(world.post(dict(update)) for _ in range(8)))
    await world.quiet()

    assert [answer.status for answer in answers] == [200] * 8
    assert len(await known.messages()) == before + 1


async def test_updates_of_a_chat_are_answered_in_their_order(world: TelegramWorld, known: Person) -> None:
    for update_id, text in ((5_001, "5"), (5_002, "0"), (5_003, "6")):
        await world.post(a_message(known, update_id, text))
    await world.quiet()

    shown = [message["buttons"][0] for message in (await known.messages())[-3:]]
    assert shown[0].startswith("1. ")
    assert shown[1] == "1. Apply for a loan"
    assert shown[2] != shown[1]


async def test_an_old_button_changes_nothing_and_says_so(world: TelegramWorld, known: Person) -> None:
    chat = await world.chat_of(known.phone)
    user = {"id": known.chat_id, "is_bot": False, "first_name": "T", "language_code": "en"}
    await known.presses("5. ")
    stands = await world.chat_of(known.phone)

    for number, data in enumerate((f"s:{chat.session}:{chat.turn}:2", "s:999:1:1", "garbage", "")):
        query = {"id": f"q{number}", "from": user, "chat_instance": "1", "data": data}
        assert (await world.post({"update_id": 6_000 + number, "callback_query": query})).status == 200
    await world.quiet()

    now = await world.chat_of(known.phone)
    assert (now.session, now.turn) == (stands.session, stands.turn)
    assert (await known.last())["buttons"]


async def test_a_conversation_that_ended_goes_on_from_its_button(world: TelegramWorld, known: Person) -> None:
    await known.presses("5. ", "2. ")
    await known.reads("Home")
    assert (await world.chat_of(known.phone)).session == ""

    await known.presses("Home")

    await known.reads("1. Apply for a loan")


async def test_a_dial_that_takes_a_form_over_is_told_in_the_chat(world: TelegramWorld, stranger: Person) -> None:
    await stranger.links()
    await stranger.presses("2. English", "1. I agree")
    await stranger.writes("Palesa")
    dial = Hop(channel=Channel.USSD, service=SERVICE_CODE, session="dial-1", caller=stranger.phone, text="")
    page = await world.runner.take(dial)
    assert "1. " in page.text
    await world.runner.take(
        Hop(channel=Channel.USSD, service=SERVICE_CODE, session="dial-1", caller=stranger.phone, text="1")
    )

    await stranger.writes("Mokoena")

    await stranger.reads("another session")


async def test_after_a_day_a_chat_begins_anew(world: TelegramWorld, known: Person) -> None:
    await known.presses("5. ")
    world.clock.move(hours=21)

    await known.writes("1")

    await known.reads("1. Apply for a loan")


async def test_a_picture_is_no_answer(world: TelegramWorld, known: Person) -> None:
    update = a_message(known, 7_000, "")
    message = dict(update["message"])  # type: ignore[call-overload]
    del message["text"]
    await world.post({"update_id": 7_000, "message": message | {"sticker": {}}})
    await world.quiet()

    await known.reads("write your answer as text")


async def test_a_process_killed_between_commit_and_send_leaves_the_answer_to_the_worker(
    world: TelegramWorld, known: Person, database_url: str
) -> None:
    """By SIGKILL, in a process of its own: the turn is committed, the update is not settled, the lease stands."""
    before = await world.chat_of(known.phone)
    sent_before = len(await known.messages())
    await _kept_by(world, world.another_desk("the one that received it"), a_message(known, 8_000, "5"))
    arguments = ("-m", "tests.channels.telegram.dying_process", database_url, world.clock.now().isoformat())
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    assert await process.wait() == -signal.SIGKILL
    assert await world.another_desk("worker").work_off_waiting(10) == 0

    world.clock.move(seconds=70)
    assert await world.another_desk("worker").work_off_waiting(10) == 1

    assert len(await known.messages()) == sent_before + 1
    assert "7. Telegram" in (await known.last())["buttons"]
    assert (await world.chat_of(known.phone)).turn == before.turn + 1
    assert await world.another_desk("worker").work_off_waiting(10) == 0


async def _kept_by(world: TelegramWorld, desk: TelegramDesk, update: dict[str, object]) -> None:
    """Have a desk keep an update without beginning to work on it, and let its time come."""
    desk._begin_work = lambda _chat: None  # type: ignore[assignment,method-assign]
    came = parse_update(json.dumps(update).encode())
    assert came is not None
    await desk.receive(came)
    world.clock.move(seconds=6)


async def test_a_pin_whose_process_died_is_asked_for_again(world: TelegramWorld, known: Person) -> None:
    await known.presses("5. ", "3. ")
    turn = (await world.chat_of(known.phone)).turn
    dead = world.another_desk("dead")
    await _kept_by(world, dead, a_message(known, 9_000, "2580"))

    assert await world.another_desk("worker").work_off_waiting(10) == 1

    messages = [message["text"] for message in await known.messages()]
    assert messages[-2] == "Please send that again."
    assert "PIN" in messages[-1]
    assert (await world.chat_of(known.phone)).turn == turn


async def test_a_chat_that_another_process_has_is_waited_for(world: TelegramWorld, known: Person) -> None:
    now = world.clock.now()
    key = world.desk.chat_key(known.chat_id)
    assert await world.engine.channel.chats.lease(key, "another", now, now.replace(year=now.year + 1)) is not None
    await world.post(a_message(known, 9_100, "5"))
    await asyncio.sleep(0.3)
    before = len(await known.messages())

    await world.engine.channel.chats.release(key, "another")
    await world.quiet()

    assert len(await known.messages()) == before + 1


@pytest.mark.parametrize("fault", ["500", "retry_after", "bad_key"])
async def test_an_answer_that_telegram_did_not_take_is_sent_later_once(
    world: TelegramWorld, known: Person, fault: str
) -> None:
    before = len(await known.messages())
    await world.fault(fault)
    await known.writes("5")
    assert len(await known.messages()) == before
    world.clock.move(seconds=30)

    assert await world.desk.work_off_waiting(10) == 1

    assert len(await known.messages()) == before + 1


async def test_nothing_overtakes_an_answer_that_waits_for_its_time(world: TelegramWorld, known: Person) -> None:
    before = len(await known.messages())
    await world.fault("retry_after")

    await known.writes("5", "0")
    assert len(await known.messages()) == before
    world.clock.move(seconds=30)
    await world.desk.work_off_waiting(10)

    first, second = (await known.messages())[before:]
    assert "7. Telegram" in first["buttons"]
    assert "1. Apply for a loan" in second["buttons"]


@pytest.mark.parametrize("fault", ["lost_answer", "malformed"])
async def test_an_answer_that_may_have_arrived_is_not_sent_again(
    world: TelegramWorld, known: Person, fault: str
) -> None:
    before = len(await known.messages())
    await world.fault(fault)
    await known.writes("5")
    world.clock.move(seconds=300)

    assert await world.desk.work_off_waiting(10) == 0
    assert len(await known.messages()) == before + 1


async def test_whoever_blocked_the_bot_is_noted_and_welcome_again(world: TelegramWorld, known: Person) -> None:
    caller = world.engine.keyed_hash.phone(known.phone)

    await known.does(block=True)
    link = await world.engine.channel.chats.link(caller)
    assert link is not None
    assert not link.is_reachable

    await known.does(block=False)
    link = await world.engine.channel.chats.link(caller)
    assert link is not None
    assert link.is_reachable


async def test_a_chat_that_refuses_an_answer_is_noted(world: TelegramWorld, known: Person) -> None:
    await world.fault("blocked")
    await known.writes("5")

    link = await world.engine.channel.chats.link(world.engine.keyed_hash.phone(known.phone))
    assert link is not None
    assert not link.is_reachable


async def test_an_update_that_breaks_us_holds_up_its_chat_only_for_so_long(
    world: TelegramWorld, known: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    desk = world.another_desk("worker")
    await _kept_by(world, desk, a_message(known, 9_500, "5"))
    with monkeypatch.context() as patched:
        patched.setattr("channels.telegram.talking.Talk.answer", breaks)
        for _ in range(8):
            await desk.work_off_waiting(10)
            world.clock.move(hours=1)

    assert await world.engine.channel.chats.waiting(desk.chat_key(known.chat_id), 5) == []
    await known.writes("5")
    assert (await known.last())["buttons"]


async def test_what_a_chat_says_beyond_its_bound_is_acknowledged_and_leaves_nothing(
    world: TelegramWorld, known: Person
) -> None:
    """Each is refused before it is stored, so that a flood costs no row."""
    stranger = Person(world, new_phone())
    for number in range(AT_ONCE_MAX + 5):
        answer = await world.post(a_message(stranger, 9_000 + number, "/start"))
        assert answer.status == 200
    await world.quiet()

    chat = world.desk.chat_key(stranger.chat_id)
    late = parse_update(json.dumps(a_message(stranger, 9_000 + AT_ONCE_MAX, "/start")).encode())
    assert late is not None
    assert await world.engine.channel.chats.waiting(chat, 10) == []
    assert await world.engine.channel.chats.accept(world.desk._kept(chat, late)), "that one was never stored"


async def test_hostile_texts_are_answered_and_raise_nothing(world: TelegramWorld, known: Person) -> None:
    hostile = [
        "\x00\x01",
        "{amount} %s %n",
        "' or 1=1; --",
        "\u202e1",
        "1" * 4_096,
        "\U0001f4a9" * 50,
        "/start 5",
        "/x",
    ]
    before = len(await known.messages())

    await known.writes(*hostile)

    assert len(await known.messages()) == before + len(hostile)
    assert await world.engine.channel.chats.waiting(world.desk.chat_key(known.chat_id), 5) == []
