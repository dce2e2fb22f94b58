"""Chats, the numbers that they count as, and what came in from them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.ports.channel import ChannelPlane
from core.ports.chats import Chat, ChatLink, ChatUpdate, ChatUpdateStatus
from tests.storage.samples import LATER, NOW

CHAT = b"k" * 32
CALLER = b"c" * 32
UNTIL = NOW + timedelta(seconds=30)


def an_update(update_id: int = 1, **changes: Any) -> ChatUpdate:
    update = ChatUpdate(CHAT, "77", update_id, b"sealed", ChatUpdateStatus.WAITING, NOW, NOW)
    return replace(update, **changes)


def a_link(**changes: Any) -> ChatLink:
    return replace(ChatLink(CALLER, CHAT, b"sealed", NOW), **changes)


async def leased(channel: ChannelPlane) -> Chat:
    chat = await channel.chats.lease(CHAT, "one", NOW, UNTIL)
    assert chat is not None
    return chat


async def test_an_update_is_kept_once_however_often_it_is_delivered_at_a_time(channel: ChannelPlane) -> None:
    kept = await asyncio.gather(*(channel.chats.accept(an_update()) for _ in range(8)))

    assert kept.count(True) == 1
    assert await channel.chats.waiting(CHAT, 10) == [an_update()]


async def test_the_same_number_of_another_bot_is_another_update(channel: ChannelPlane) -> None:
    assert await channel.chats.accept(an_update())
    assert await channel.chats.accept(an_update(bot="78"))


async def test_what_waits_comes_in_the_order_of_its_numbers(channel: ChannelPlane) -> None:
    for update_id in (3, 1, 2):
        await channel.chats.accept(an_update(update_id, received_at=NOW - timedelta(seconds=update_id)))

    assert [update.update_id for update in await channel.chats.waiting(CHAT, 10)] == [1, 2, 3]
    assert [update.update_id for update in await channel.chats.waiting(CHAT, 1)] == [1]


async def test_the_worker_is_given_the_chats_whose_time_has_come(channel: ChannelPlane) -> None:
    await channel.chats.accept(an_update(chat=b"a" * 32, due_at=LATER))
    await channel.chats.accept(an_update(chat=b"b" * 32))
    await channel.chats.accept(an_update(2, chat=b"b" * 32))

    assert await channel.chats.waiting_chats(NOW, 10) == [b"b" * 32]
    assert await channel.chats.waiting_chats(LATER, 10) == [b"b" * 32, b"a" * 32]


async def test_one_holder_at_a_time_has_a_chat(channel: ChannelPlane) -> None:
    got = await asyncio.gather(*(channel.chats.lease(CHAT, f"h{n}", NOW, UNTIL) for n in range(6)))

    assert len([chat for chat in got if chat is not None]) == 1


async def test_a_holder_may_take_its_own_chat_again_and_others_after_it_was_given_back(channel: ChannelPlane) -> None:
    assert await leased(channel) == Chat(CHAT)
    assert await leased(channel) == Chat(CHAT)
    assert await channel.chats.lease(CHAT, "two", NOW, UNTIL) is None

    await channel.chats.release(CHAT, "two")
    assert await channel.chats.lease(CHAT, "two", NOW, UNTIL) is None
    await channel.chats.release(CHAT, "one")
    assert await channel.chats.lease(CHAT, "two", NOW, UNTIL) is not None


async def test_the_chat_of_a_dead_holder_is_free_when_its_lease_ends(channel: ChannelPlane) -> None:
    await leased(channel)

    assert await channel.chats.lease(CHAT, "two", UNTIL, UNTIL + timedelta(seconds=30)) is not None


async def test_an_update_and_its_chat_are_settled_together(channel: ChannelPlane) -> None:
    await channel.chats.accept(an_update())
    chat = replace(await leased(channel), caller=CALLER, session="100", turn=3, session_until=LATER, awaits_secret=True)

    assert await channel.chats.settle(an_update(), ChatUpdateStatus.DONE, chat, at=NOW)

    assert await channel.chats.waiting(CHAT, 10) == []
    assert await leased(channel) == replace(chat, version=1)
    assert not await channel.chats.accept(an_update())


async def test_a_chat_that_another_saved_leaves_the_update_waiting(channel: ChannelPlane) -> None:
    await channel.chats.accept(an_update())
    chat = await leased(channel)
    await channel.chats.accept(an_update(2))
    await channel.chats.settle(an_update(2), ChatUpdateStatus.DONE, chat, at=NOW)

    assert not await channel.chats.settle(an_update(), ChatUpdateStatus.DONE, chat, at=NOW)

    assert await channel.chats.waiting(CHAT, 10) == [an_update()]


async def test_what_was_set_aside_holds_up_nothing(channel: ChannelPlane) -> None:
    await channel.chats.accept(an_update())
    await channel.chats.settle(an_update(), ChatUpdateStatus.SET_ASIDE, await leased(channel), at=NOW)

    assert await channel.chats.waiting(CHAT, 10) == []
    assert await channel.chats.waiting_chats(LATER, 10) == []


async def test_a_failed_attempt_is_counted_and_waits(channel: ChannelPlane) -> None:
    await channel.chats.accept(an_update())

    await channel.chats.postpone(an_update(), LATER, "timeout")

    assert await channel.chats.waiting(CHAT, 10) == [an_update(due_at=LATER, attempts=1, last_error="timeout")]


async def test_a_link_is_made_once_and_changed_from_what_stands(channel: ChannelPlane) -> None:
    assert await channel.chats.link(CALLER) is None
    made = await asyncio.gather(*(channel.chats.save_link(a_link()) for _ in range(4)))
    assert made.count(True) == 1
    stands = a_link(version=1)
    assert await channel.chats.link(CALLER) == stands

    changed = await asyncio.gather(*(channel.chats.save_link(replace(stands, is_reachable=False)) for _ in range(4)))

    assert changed.count(True) == 1
    assert await channel.chats.link(CALLER) == replace(stands, is_reachable=False, version=2)
