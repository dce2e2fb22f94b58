"""What a hop costs on Cassandra, and that a row whose time is up goes by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.ports.conversations import Claim, DraftRecord, SaveResult, TurnRecord
from storage.cassandra.connecting import COMPARE_AND_SET, READ, SERIAL_READ, WRITE
from storage.cassandra.plane import ChannelOnCassandra
from tests.storage.samples import NOW

pytestmark = pytest.mark.engine

CALLER = b"c" * 32
SERVICE = "*384*555#"
DAY = timedelta(hours=24)


def a_turn(number: int = 1, **changes: Any) -> TurnRecord:
    turn = TurnRecord(
        CALLER,
        SERVICE,
        "s1",
        number,
        "1",
        "amount",
        {},
        None,
        None,
        5,
        b"h" * 32,
        1,
        "CON",
        False,
        None,
        NOW,
        NOW + DAY,
    )
    return replace(turn, **changes)


def a_claim() -> Claim:
    return Claim(2, b"i" * 32, "submit_application", "apply:1", b"sealed", NOW)


def a_draft() -> DraftRecord:
    return DraftRecord(CALLER, uuid4(), 1, "s1", "apply", "1", {}, "open", NOW, NOW + 30 * DAY)


async def save(plane: ChannelOnCassandra, turn: TurnRecord, expected: int | None, **more: Any) -> SaveResult:
    given = {"expected_turn": expected, "expected_claim": None} | more
    return await plane.conversations.save(turn, **given)


async def told(plane: ChannelOnCassandra, cql: str) -> list[dict[str, Any]]:
    """What a person would see in cqlsh."""
    return list(plane.session._session.execute(cql))


async def test_a_hop_is_three_reads_and_one_transaction_with_its_draft(cassandra_plane: ChannelOnCassandra) -> None:
    await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)
    assert await save(cassandra_plane, a_turn(1), None, draft=a_draft()) is SaveResult.SAVED

    assert cassandra_plane.session.calls == {READ: 3, COMPARE_AND_SET: 1}


async def test_a_hop_with_a_command_is_two_transactions(cassandra_plane: ChannelOnCassandra) -> None:
    draft = a_draft()
    await save(cassandra_plane, a_turn(1), None, draft=draft)
    cassandra_plane.session.calls.clear()

    await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)
    await save(cassandra_plane, a_turn(1, claim=a_claim()), 1)
    sent = replace(draft, version=2, status="sent")
    await save(cassandra_plane, a_turn(2), 1, expected_claim="apply:1", draft=sent, expected_draft_version=1)

    # The two writes name the claim for the worker, and take the name away.
    assert cassandra_plane.session.calls == {READ: 3, COMPARE_AND_SET: 2, WRITE: 2}


async def test_after_a_save_that_lost_the_next_load_is_serial_and_the_one_after_is_not(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    await save(cassandra_plane, a_turn(1), None)
    assert await save(cassandra_plane, a_turn(3), 2) is SaveResult.LOST
    cassandra_plane.session.calls.clear()

    first = await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)
    assert cassandra_plane.session.calls == {SERIAL_READ: 3}
    second = await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)

    assert first == second
    assert cassandra_plane.session.calls == {SERIAL_READ: 3, READ: 3}


async def test_turn_draft_and_claim_have_a_time_to_live_however_often_they_are_saved(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    draft = a_draft()
    await save(cassandra_plane, a_turn(1, claim=a_claim()), None, draft=draft)
    await save(cassandra_plane, a_turn(2), 1, expected_claim="apply:1")
    await save(
        cassandra_plane, a_turn(2, claim=a_claim()), 2, draft=replace(draft, version=2), expected_draft_version=1
    )

    rows = await told(
        cassandra_plane, "select kind, ttl(reply) as turn, ttl(owner_session) as draft from conversations"
    )

    lives = {row["kind"]: row["turn"] or row["draft"] for row in rows}
    assert DAY.total_seconds() - 60 < lives["turn"] <= DAY.total_seconds()
    assert 30 * DAY.total_seconds() - 60 < lives["draft"] <= 30 * DAY.total_seconds()
    assert "claim" in lives
    # The name outlives what it names: a claim without one is never finished.
    names = await told(cassandra_plane, "select ttl(claimed_at) as life from open_claims")
    assert all(row["life"] > DAY.total_seconds() for row in names)


async def test_a_turn_whose_time_is_up_is_gone_from_the_cluster_too(cassandra_plane: ChannelOnCassandra) -> None:
    await save(cassandra_plane, a_turn(1, claim=a_claim(), expires_at=NOW + timedelta(milliseconds=1)), None)

    for _ in range(40):
        if not await told(cassandra_plane, "select kind from conversations"):
            break
        await asyncio.sleep(0.1)

    assert await told(cassandra_plane, "select kind from conversations") == []


async def test_a_claim_is_named_for_the_worker_before_it_is_saved_and_no_longer_once_it_is_finished(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    await save(cassandra_plane, a_turn(1, claim=a_claim()), None)
    assert len(await told(cassandra_plane, "select * from open_claims")) == 1

    await save(cassandra_plane, a_turn(2), 1, expected_claim="apply:1")

    assert await told(cassandra_plane, "select * from open_claims") == []
    assert await told(cassandra_plane, "select kind from conversations") == [{"kind": "turn"}]


async def test_a_name_left_behind_is_taken_away_by_the_worker_and_is_no_claim(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    await save(cassandra_plane, a_turn(1, claim=a_claim()), None)
    (named,) = await told(cassandra_plane, "select * from open_claims")
    await save(cassandra_plane, a_turn(2), 1, expected_claim="apply:1")
    columns = ("shard", "caller", "service", "session", "turn", "claimed_at")
    cassandra_plane.session._session.execute(
        f"insert into open_claims ({', '.join(columns)}) values (%s, %s, %s, %s, %s, %s)",  # noqa: S608
        [named[name] for name in columns],
    )

    assert await cassandra_plane.conversations.stale_claims(NOW + DAY, 10) == []
    assert await told(cassandra_plane, "select * from open_claims") == []


async def test_instants_are_kept_to_the_microsecond(cassandra_plane: ChannelOnCassandra) -> None:
    turn = a_turn(
        1,
        updated_at=NOW + timedelta(microseconds=1),
        claim=replace(a_claim(), claimed_at=NOW - timedelta(microseconds=1)),
    )
    await save(cassandra_plane, turn, None)

    assert (await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)).turn == turn


async def test_a_draft_that_is_ended_sooner_than_it_was_begun_for_leaves_nothing_behind(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    draft = a_draft()
    await save(cassandra_plane, a_turn(1), None, draft=draft)
    ended = replace(draft, version=2, status="sent", expires_at=NOW)
    await save(cassandra_plane, a_turn(2), 1, draft=ended, expected_draft_version=1)

    for _ in range(40):
        if len(await told(cassandra_plane, "select kind from conversations")) == 1:
            break
        await asyncio.sleep(0.1)

    assert await told(cassandra_plane, "select kind from conversations") == [{"kind": "turn"}]
    assert (await cassandra_plane.conversations.load(CALLER, SERVICE, "s1", NOW)).turn is not None
