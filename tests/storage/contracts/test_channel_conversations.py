"""Turns and drafts: saved by compare-and-set, together or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.ports.channel import ChannelPlane
from core.ports.conversations import Claim, DraftRecord, SaveResult, TurnRecord
from core.ports.directory import PhoneEntry
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.channel.plane import ChannelOnPostgres
from tests.storage.samples import DISTRICT, LATER, NOW

CALLER = b"c" * 32
SAVED, LOST = SaveResult.SAVED, SaveResult.LOST
EXPIRY = NOW + timedelta(hours=24)


def a_turn(number: int = 1, **changes: Any) -> TurnRecord:
    turn = TurnRecord(
        caller=CALLER,
        service="*384*555#",
        session="s1",
        turn=number,
        flow_version="borrower/1",
        screen="amount",
        state={"answers": {"product": "small"}, "trail": ["menu"]},
        draft_id=None,
        draft_version=None,
        transcript_length=5,
        transcript_hmac=b"h" * 32,
        transcript_key_id=1,
        reply="CON Ke bokae? — M500",
        ended=False,
        claim=None,
        updated_at=NOW,
        expires_at=EXPIRY,
    )
    return replace(turn, **changes)


def a_claim(key: str = "apply:1", **changes: Any) -> Claim:
    claim = Claim(2, b"i" * 32, "submit_application", key, b"sealed", NOW)
    return replace(claim, **changes)


def a_draft(version: int = 1, **changes: Any) -> DraftRecord:
    draft = DraftRecord(CALLER, uuid4(), version, "s1", "apply", "1", {"amount": 100}, "open", NOW, EXPIRY)
    return replace(draft, **changes)


async def turn_of(channel: ChannelPlane, session: str = "s1") -> TurnRecord | None:
    return (await channel.conversations.load(CALLER, "*384*555#", session, NOW)).turn


async def drafts_of(channel: ChannelPlane) -> tuple[DraftRecord, ...]:
    return (await channel.conversations.load(CALLER, "*384*555#", "s1", NOW)).drafts


async def test_an_unknown_caller_has_nothing(channel: ChannelPlane) -> None:
    snapshot = await channel.conversations.load(CALLER, "*384*555#", "s1", NOW)

    assert (snapshot.turn, snapshot.unfinished, snapshot.drafts, snapshot.phone) == (None, (), (), None)


async def test_one_load_brings_all_that_a_hop_needs(channel: ChannelPlane) -> None:
    phone = PhoneEntry(CALLER, "active", DISTRICT, uuid4(), uuid4(), "st_LS", "$argon2id$", reserved_at=NOW)
    turn, draft = a_turn(claim=a_claim()), a_draft()
    other_claimed = a_turn(session="s0", claim=a_claim("accept:1", owes_message=True))
    await channel.directory.reserve_phone(phone)
    await channel.conversations.save(turn, expected_turn=None, expected_claim=None, draft=draft)
    await channel.conversations.save(other_claimed, expected_turn=None, expected_claim=None)
    await channel.conversations.save(a_turn(session="s9"), expected_turn=None, expected_claim=None)
    await channel.conversations.save(a_turn(caller=b"d" * 32), expected_turn=None, expected_claim=None)

    snapshot = await channel.conversations.load(CALLER, "*384*555#", "s1", NOW)

    assert snapshot.turn == turn
    assert snapshot.unfinished == (other_claimed,)
    assert snapshot.drafts == (draft,)
    assert snapshot.phone == phone


async def test_a_turn_follows_the_one_that_was_expected(channel: ChannelPlane) -> None:
    save = channel.conversations.save

    assert await save(a_turn(1), expected_turn=None, expected_claim=None) is SAVED
    assert await save(a_turn(2), expected_turn=1, expected_claim=None) is SAVED
    assert await turn_of(channel) == a_turn(2)


@pytest.mark.parametrize(
    ("expected_turn", "expected_claim"), [(None, None), (0, None), (2, None), (1, "apply:1"), (1, "accept:1")]
)
async def test_any_other_expectation_loses_and_changes_nothing(
    channel: ChannelPlane, expected_turn: int | None, expected_claim: str | None
) -> None:
    save = channel.conversations.save
    await save(a_turn(1), expected_turn=None, expected_claim=None)

    assert await save(a_turn(5), expected_turn=expected_turn, expected_claim=expected_claim) is LOST
    assert await turn_of(channel) == a_turn(1)


async def test_a_turn_that_is_not_there_cannot_be_followed(channel: ChannelPlane) -> None:
    assert await channel.conversations.save(a_turn(2), expected_turn=1, expected_claim=None) is LOST
    assert await turn_of(channel) is None


async def test_only_who_knows_the_claim_finishes_it(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    await save(a_turn(1), expected_turn=None, expected_claim=None)
    await save(a_turn(1, claim=a_claim()), expected_turn=1, expected_claim=None)

    assert await save(a_turn(2), expected_turn=1, expected_claim=None) is LOST
    assert await save(a_turn(2), expected_turn=1, expected_claim="accept:1") is LOST
    assert await save(a_turn(2), expected_turn=1, expected_claim="apply:1") is SAVED
    assert await turn_of(channel) == a_turn(2)


async def test_of_two_first_hops_at_once_one_is_saved(channel: ChannelPlane) -> None:
    turns = [a_turn(screen=f"s{number}") for number in range(8)]

    results = await asyncio.gather(
        *(channel.conversations.save(turn, expected_turn=None, expected_claim=None) for turn in turns)
    )

    assert results.count(SAVED) == 1
    assert await turn_of(channel) == turns[results.index(SAVED)]


async def test_of_two_next_hops_at_once_one_is_saved(channel: ChannelPlane) -> None:
    await channel.conversations.save(a_turn(1), expected_turn=None, expected_claim=None)
    turns = [a_turn(2, screen=f"s{number}") for number in range(8)]

    results = await asyncio.gather(
        *(channel.conversations.save(turn, expected_turn=1, expected_claim=None) for turn in turns)
    )

    assert results.count(SAVED) == 1
    assert await turn_of(channel) == turns[results.index(SAVED)]


async def test_a_draft_is_saved_with_its_turn(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    draft = a_draft()

    assert await save(a_turn(1), expected_turn=None, expected_claim=None, draft=draft) is SAVED
    newer = replace(draft, version=2, state={"amount": 200})
    assert await save(a_turn(2), expected_turn=1, expected_claim=None, draft=newer, expected_draft_version=1) is SAVED

    assert await drafts_of(channel) == (newer,)


@pytest.mark.parametrize("is_new_session", [True, False])
@pytest.mark.parametrize("expected_draft_version", [None, 7])
async def test_a_draft_that_went_its_own_way_keeps_the_turn_from_being_saved(
    channel: ChannelPlane, expected_draft_version: int | None, is_new_session: bool
) -> None:
    save = channel.conversations.save
    draft = a_draft()
    await save(a_turn(1), expected_turn=None, expected_claim=None, draft=draft)
    session, expected_turn = ("s2", None) if is_new_session else ("s1", 1)

    result = await save(
        a_turn(2, session=session),
        expected_turn=expected_turn,
        expected_claim=None,
        draft=replace(draft, version=8),
        expected_draft_version=expected_draft_version,
    )

    assert result is LOST
    assert await turn_of(channel, session) == (None if is_new_session else a_turn(1))
    assert await drafts_of(channel) == (draft,)


async def test_a_turn_that_lost_leaves_its_draft_unsaved(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    await save(a_turn(1), expected_turn=None, expected_claim=None)

    assert await save(a_turn(1), expected_turn=None, expected_claim=None, draft=a_draft()) is LOST
    assert await save(a_turn(3), expected_turn=2, expected_claim=None, draft=a_draft()) is LOST
    assert await drafts_of(channel) == ()


async def test_of_two_sessions_that_continue_one_draft_one_gets_it(channel: ChannelPlane) -> None:
    draft = a_draft()
    await channel.conversations.save(a_turn(1, session="s0"), expected_turn=None, expected_claim=None, draft=draft)

    async def take_over(session: str) -> SaveResult:
        return await channel.conversations.save(
            a_turn(1, session=session),
            expected_turn=None,
            expected_claim=None,
            draft=replace(draft, version=2, owner_session=session),
            expected_draft_version=1,
        )

    sessions = [f"s{number}" for number in range(1, 7)]
    results = await asyncio.gather(*map(take_over, sessions))

    assert results.count(SAVED) == 1
    winner = sessions[results.index(SAVED)]
    assert [draft.owner_session for draft in await drafts_of(channel)] == [winner]
    standing = [session for session in sessions if await turn_of(channel, session) is not None]
    assert standing == [winner]


async def test_what_has_expired_is_not_there(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    await save(a_turn(1, claim=a_claim()), expected_turn=None, expected_claim=None, draft=a_draft())

    snapshot = await channel.conversations.load(CALLER, "*384*555#", "s1", EXPIRY)
    elsewhere = await channel.conversations.load(CALLER, "*384*555#", "s2", EXPIRY)

    assert (snapshot.turn, snapshot.drafts, elsewhere.unfinished) == (None, (), ())


async def test_an_expired_turn_and_draft_give_way_to_new_ones(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    old = a_draft()
    await save(a_turn(4), expected_turn=None, expected_claim=None, draft=old)
    turn = a_turn(1, updated_at=EXPIRY, expires_at=EXPIRY + timedelta(hours=24))
    draft = replace(old, version=1, expires_at=EXPIRY + timedelta(hours=24))

    assert await save(replace(turn, turn=5), expected_turn=4, expected_claim=None) is LOST
    assert await save(turn, expected_turn=None, expected_claim=None, draft=draft) is SAVED

    assert (await channel.conversations.load(CALLER, "*384*555#", "s1", EXPIRY)).drafts == (draft,)


async def test_stale_claims_are_those_begun_before_then_oldest_first(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    old = a_turn(session="old", claim=a_claim())
    older = a_turn(session="older", claim=a_claim(claimed_at=NOW - timedelta(seconds=1)))
    for turn in (old, older, a_turn(session="new", claim=a_claim(claimed_at=LATER)), a_turn(session="none")):
        await save(turn, expected_turn=None, expected_claim=None)

    assert list(await channel.conversations.stale_claims(LATER, 10)) == [older, old]
    assert list(await channel.conversations.stale_claims(LATER, 1)) == [older]


async def let_pass(channel: ChannelPlane, time: timedelta) -> None:
    """Remove what would be gone by then: on Cassandra what has less time to live, on PostgreSQL what a purge takes."""
    if isinstance(channel, ChannelOnPostgres):
        await channel.purge_expired(NOW + time, 100)
        return
    assert isinstance(channel, ChannelOnCassandra)
    session = channel.session._session
    key = ("shard", "caller", "service", "session", "turn")
    for row in session.execute(f"select {', '.join(key)}, ttl(claimed_at) as life from open_claims"):  # noqa: S608
        if row["life"] < time.total_seconds():
            where = " and ".join(f"{name} = %s" for name in key)
            session.execute(f"delete from open_claims where {where}", [row[name] for name in key])  # noqa: S608


async def test_a_claim_that_owes_a_message_is_found_for_as_long_as_its_turn_is_kept(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    claimed = a_turn(claim=a_claim())
    owed = replace(claimed, claim=a_claim(owes_message=True), expires_at=NOW + timedelta(days=30))
    await save(claimed, expected_turn=None, expected_claim=None)
    await save(owed, expected_turn=1, expected_claim="apply:1")

    await let_pass(channel, timedelta(days=29, hours=23))

    assert list(await channel.conversations.stale_claims(LATER, 10)) == [owed]


async def test_a_caller_who_is_forgotten_has_nothing_and_the_others_keep_theirs(channel: ChannelPlane) -> None:
    save, load = channel.conversations.save, channel.conversations.load
    other, claimed = b"d" * 32, a_turn(session="s0", claim=a_claim())
    await save(a_turn(), expected_turn=None, expected_claim=None, draft=a_draft())
    await save(claimed, expected_turn=None, expected_claim=None, draft=a_draft())
    await save(a_turn(caller=other), expected_turn=None, expected_claim=None, draft=a_draft(caller=other))

    for _ in range(2):
        await channel.conversations.forget(CALLER)

        snapshot = await load(CALLER, "*384*555#", "s1", NOW)
        assert (snapshot.turn, snapshot.unfinished, snapshot.drafts) == (None, (), ())
    assert await turn_of(channel, "s0") is None
    assert list(await channel.conversations.stale_claims(LATER, 10)) == []
    snapshot = await load(other, "*384*555#", "s1", NOW)
    assert (snapshot.turn is not None, len(snapshot.drafts)) == (True, 1)


async def test_what_belongs_to_the_draft_that_stays_is_not_forgotten(channel: ChannelPlane) -> None:
    save, load = channel.conversations.save, channel.conversations.load
    staying, going = a_draft(flow="register"), a_draft()
    own = a_turn(draft_id=staying.id, draft_version=1, claim=a_claim("register:1"))
    for turn, draft in (
        (own, staying),
        (a_turn(session="s2", draft_id=going.id, draft_version=1, claim=a_claim("apply:2")), going),
        (a_turn(session="s3"), None),
    ):
        await save(turn, expected_turn=None, expected_claim=None, draft=draft)

    await channel.conversations.forget(CALLER, but_draft=staying.id)

    snapshot = await load(CALLER, "*384*555#", "s1", NOW)
    assert (snapshot.turn, snapshot.unfinished, snapshot.drafts) == (own, (), (staying,))
    assert [await turn_of(channel, session) for session in ("s2", "s3")] == [None, None]
    assert (await load(CALLER, "*384*555#", "another", NOW)).unfinished == (own,)
    assert list(await channel.conversations.stale_claims(LATER, 10)) == [own]
    finished = a_turn(2, draft_id=None, draft_version=None)
    assert await save(finished, expected_turn=1, expected_claim="register:1") is SAVED


async def test_what_was_saved_lately_is_not_forgotten_where_that_is_asked(channel: ChannelPlane) -> None:
    save, load = channel.conversations.save, channel.conversations.load
    earlier = NOW - timedelta(seconds=1)
    fresh, old = a_draft(flow="register"), a_draft()
    kept = a_turn(draft_id=fresh.id, draft_version=1, claim=a_claim("register:1"))
    await save(kept, expected_turn=None, expected_claim=None, draft=fresh)
    gone = a_turn(session="s2", draft_id=old.id, draft_version=1, claim=a_claim("apply:2"), updated_at=earlier)
    await save(gone, expected_turn=None, expected_claim=None, draft=old)

    await channel.conversations.forget(CALLER, saved_before=kept.updated_at)

    snapshot = await load(CALLER, "*384*555#", "s1", NOW)
    assert (snapshot.turn, snapshot.unfinished, snapshot.drafts) == (kept, (), (fresh,))
    assert await turn_of(channel, "s2") is None
    assert list(await channel.conversations.stale_claims(LATER, 10)) == [kept]


async def test_a_session_that_was_forgotten_cannot_go_on_and_another_may_begin(channel: ChannelPlane) -> None:
    save = channel.conversations.save
    await save(a_turn(1), expected_turn=None, expected_claim=None)
    await save(a_turn(1, session="s0", claim=a_claim()), expected_turn=None, expected_claim=None)
    await channel.conversations.forget(CALLER)

    assert await save(a_turn(2), expected_turn=1, expected_claim=None) is LOST
    assert await save(a_turn(2, session="s0"), expected_turn=1, expected_claim="apply:1") is LOST
    assert await save(a_turn(1), expected_turn=None, expected_claim=None) is SAVED
