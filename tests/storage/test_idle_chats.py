"""Chats that said nothing for long are removed: soon where they count as no number, late where they count as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.ports.chats import CHAT_KEPT, LINKED_CHAT_KEPT, Chat, ChatUpdateStatus
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.channel.plane import ChannelOnPostgres
from tests.storage.contracts.test_channel_chats import CALLER, CHAT, UNTIL, a_link, an_update
from tests.storage.samples import NOW

EACH_KIND = pytest.mark.parametrize(
    ("caller", "kept"), [(b"", CHAT_KEPT), (CALLER, LINKED_CHAT_KEPT)], ids=["no number", "linked"]
)
UPDATES_GONE = NOW + timedelta(days=3, minutes=1)


async def spoken(channel: ChannelOnPostgres | ChannelOnCassandra, caller: bytes = b"") -> Chat:
    """A chat that said something at `NOW`, was answered, and was given back."""
    await channel.chats.accept(an_update())
    chat = await channel.chats.lease(CHAT, "one", NOW, UNTIL)
    assert chat is not None
    said = replace(chat, caller=caller, session="one", session_until=NOW)
    assert await channel.chats.settle(an_update(), ChatUpdateStatus.DONE, said, at=NOW)
    await channel.chats.release(CHAT, "one")
    return replace(said, version=1)


async def stored(channel: ChannelOnPostgres) -> Chat | None:
    return await channel.chats.lease(CHAT, "a look", NOW, NOW)


@EACH_KIND
async def test_a_silent_chat_is_removed_when_its_time_is_over_and_not_before(
    channel_plane: ChannelOnPostgres, caller: bytes, kept: timedelta
) -> None:
    await spoken(channel_plane, caller)
    await channel_plane.purge_expired(UPDATES_GONE, 10)

    assert await channel_plane.purge_expired(NOW + kept - timedelta(minutes=1), 10) == 0
    assert await channel_plane.purge_expired(NOW + kept, 10) == 1
    assert await stored(channel_plane) == Chat(CHAT)


async def test_the_link_of_a_removed_chat_stays_so_that_messages_still_reach_it(
    channel_plane: ChannelOnPostgres,
) -> None:
    await channel_plane.chats.save_link(a_link())
    await spoken(channel_plane, CALLER)

    await channel_plane.purge_expired(NOW + LINKED_CHAT_KEPT, 10)

    assert await channel_plane.chats.link(CALLER) == a_link(version=1)


async def test_a_chat_that_just_spoke_is_kept(channel_plane: ChannelOnPostgres) -> None:
    said = await spoken(channel_plane)
    await channel_plane.chats.accept(an_update(2, received_at=NOW + CHAT_KEPT))

    assert await channel_plane.chats.purge_idle(NOW + CHAT_KEPT, 10) == 0
    await channel_plane.purge_expired(NOW + 2 * CHAT_KEPT, 0)
    assert await stored(channel_plane) == said
    assert await channel_plane.purge_expired(NOW + 2 * CHAT_KEPT, 10) == 3, "its updates, and so the chat"


async def test_a_chat_that_a_process_holds_is_kept(channel_plane: ChannelOnPostgres) -> None:
    await spoken(channel_plane)
    later = NOW + CHAT_KEPT
    held = await channel_plane.chats.lease(CHAT, "one", later, later + timedelta(seconds=60))

    assert await channel_plane.chats.purge_idle(later, 10) == 0
    assert held == await channel_plane.chats.lease(CHAT, "one", later, later)


@EACH_KIND
async def test_on_cassandra_a_chat_expires_by_itself(
    cassandra_plane: ChannelOnCassandra, caller: bytes, kept: timedelta
) -> None:
    await spoken(cassandra_plane, caller)

    row = cassandra_plane.session._session.execute("select ttl(phone) as phone, ttl(version) as v from chats").one()

    whole = int(kept.total_seconds())
    assert whole - 600 < row["phone"] <= whole
    assert whole - 600 < row["v"] <= whole
