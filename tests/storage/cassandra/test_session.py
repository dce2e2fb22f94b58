"""The driver's answers come to whichever loop asked, without a thread for a call."""

from __future__ import annotations

import asyncio
import threading
from uuid import uuid4

import pytest
import uvloop

from core.ports.channel import ChannelPlaneDown
from core.ports.directory import StaffEntry
from storage.cassandra.doubts import Doubts
from storage.cassandra.plane import ChannelOnCassandra
from tests.storage.samples import DISTRICT

pytestmark = pytest.mark.engine


def an_entry(number: int) -> StaffEntry:
    return StaffEntry(number.to_bytes(32, "big"), DISTRICT, uuid4())


async def test_many_calls_at_once_take_no_thread_each(cassandra_plane: ChannelOnCassandra) -> None:
    entries = [an_entry(number) for number in range(50)]
    before = threading.active_count()
    calls = asyncio.gather(*map(cassandra_plane.directory.add_staff, entries))
    threads = []
    while not calls.done():
        threads.append(threading.active_count())
        await asyncio.sleep(0.001)

    assert await calls == entries
    assert max(threads) <= before


def test_a_plane_serves_one_loop_after_the_other_of_either_kind(cassandra_plane: ChannelOnCassandra) -> None:
    entry = an_entry(1)

    assert uvloop.run(cassandra_plane.directory.add_staff(entry)) == entry
    assert asyncio.run(cassandra_plane.directory.staff(entry.email_hash)) == entry


def test_a_partition_is_doubted_after_an_unknown_fate_or_a_cancelled_wait_and_no_other() -> None:
    doubts = Doubts()
    for key, error in ((b"down", ChannelPlaneDown()), (b"gone", asyncio.CancelledError()), (b"bug", ValueError())):
        with pytest.raises(type(error)), doubts.watching(key):
            raise error
    with doubts.watching(b"fine"):
        pass

    assert [key in doubts for key in (b"down", b"gone", b"bug", b"fine")] == [True, True, False, False]
    doubts.remove(b"down")
    assert b"down" not in doubts


def test_doubts_are_bounded_and_the_oldest_goes_first() -> None:
    doubts = Doubts()
    for number in range(10_001):
        doubts.add(number)

    assert 0 not in doubts
    assert 1 in doubts
    assert 10_000 in doubts
