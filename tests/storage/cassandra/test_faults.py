"""A node that is frozen, gone, or back: the port's own refusal, in bounded time, and one truth afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cassandra import (
    ConsistencyLevel,
    InvalidRequest,
    OperationTimedOut,
    ReadTimeout,
    Unavailable,
    WriteTimeout,
    WriteType,
)
from cassandra.cluster import EXEC_PROFILE_DEFAULT, NoHostAvailable
from cassandra.policies import DCAwareRoundRobinPolicy, RetryPolicy, TokenAwarePolicy
from cassandra.protocol import ErrorMessage, SyntaxException

from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import SaveResult, TurnRecord
from core.ports.directory import PhoneEntry, StaffEntry
from core.ports.environment import Sealer
from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.avoiding import AvoidingPolicy
from storage.cassandra.connecting import COMPARE_AND_SET, READ, SERIAL_READ, WRITE, connected
from storage.cassandra.faults import is_down
from storage.cassandra.plane import ChannelOnCassandra
from storage.cassandra.retrying import ElsewhereOnce
from storage.cassandra.session import Query
from tests.fixtures_cassandra import DATACENTER, CassandraServer
from tests.fixtures_postgres import MovableClock
from tests.servers.cassandra.node import CassandraNode
from tests.servers.ports import free_port
from tests.storage.samples import DISTRICT, NOW

pytestmark = pytest.mark.engine

CALLER = b"c" * 32
SERVICE = "*384*555#"
LOCAL_QUORUM, LOCAL_SERIAL = ConsistencyLevel.LOCAL_QUORUM, ConsistencyLevel.LOCAL_SERIAL
_PAUSE = 0.4
"""How long a statement may take here; the answer has to come within a few times that."""


def a_turn(number: int = 1, **changes: Any) -> TurnRecord:
    end = NOW + timedelta(hours=24)
    turn = TurnRecord(
        CALLER, SERVICE, "s1", number, "1", "amount", {}, None, None, 5, b"h" * 32, 1, "CON", False, None, NOW, end
    )
    return replace(turn, **changes)


@pytest.fixture
def node(cassandra_server: CassandraServer) -> CassandraNode:
    """The node's process, where there is one that a test may stop."""
    if cassandra_server.node is None:
        pytest.skip("the node that LETSEMA_TEST_CASSANDRA names is not ours to stop")
    return cassandra_server.node


@pytest.fixture
async def hasty(
    cassandra_plane: ChannelOnCassandra, cassandra_address: CassandraAddress, sealer: Sealer, clock: MovableClock
) -> AsyncIterator[ChannelOnCassandra]:
    """A plane that waits for nobody while its node is `frozen`, on the run's own, emptied keyspace."""
    async with ChannelOnCassandra.opened(cassandra_address, sealer, clock) as plane:
        yield plane


@contextmanager
def frozen(node: CassandraNode, plane: ChannelOnCassandra) -> Iterator[None]:
    """What comes before and after has the time that a busy machine takes."""
    profiles = plane.session._session.cluster.profile_manager.profiles.values()
    patience = [profile.request_timeout for profile in profiles]
    for profile in profiles:
        profile.request_timeout = _PAUSE
    node.freeze()
    try:
        yield
    finally:
        node.thaw()
        for profile, seconds in zip(profiles, patience, strict=True):
            profile.request_timeout = seconds


async def settled(plane: ChannelOnCassandra) -> TurnRecord | None:
    """What stands, once the node takes statements again."""
    for _ in range(50):
        try:
            return (await plane.conversations.load(CALLER, SERVICE, "s1", NOW)).turn
        except ChannelPlaneDown:
            await asyncio.sleep(0.1)
    raise AssertionError("the node did not come back")


async def at_rest(plane: ChannelOnCassandra) -> TurnRecord | None:
    """What stands for half a second: a busy node may take up a statement from before it froze after a later one."""
    seen = await settled(plane)
    for _ in range(20):
        await asyncio.sleep(0.5)
        before, seen = seen, await settled(plane)
        if seen == before:
            return seen
    raise AssertionError("it never comes to rest")


async def test_a_save_whose_fate_is_unknown_is_told_so_in_time_and_one_truth_stands_afterwards(
    hasty: ChannelOnCassandra, node: CassandraNode
) -> None:
    first, second = a_turn(2, screen="first"), a_turn(2, screen="second")
    await hasty.conversations.save(a_turn(1), expected_turn=None, expected_claim=None)

    with frozen(node, hasty):
        began = time.monotonic()
        saves = [hasty.conversations.save(turn, expected_turn=1, expected_claim=None) for turn in (first, second)]
        answers = await asyncio.gather(*saves, return_exceptions=True)
        took = time.monotonic() - began

    assert all(isinstance(answer, ChannelPlaneDown) for answer in answers)
    assert took < 4 * _PAUSE
    hasty.session.calls.clear()
    truth = await at_rest(hasty)
    assert truth in (a_turn(1), first, second)
    assert hasty.session.calls[SERIAL_READ] >= 3
    after = a_turn(3, screen="after")
    assert await hasty.conversations.save(after, expected_turn=truth.turn, expected_claim=None) is SaveResult.SAVED
    assert await settled(hasty) == after


async def test_a_node_that_a_statement_waited_for_in_vain_is_avoided(
    hasty: ChannelOnCassandra, node: CassandraNode
) -> None:
    (host,) = hasty.session._session.cluster.metadata.all_hosts()
    assert host not in hasty.session._avoided

    with frozen(node, hasty), pytest.raises(ChannelPlaneDown):
        await hasty.directory.add_staff(StaffEntry(b"s" * 32, DISTRICT, uuid4()))

    assert host in hasty.session._avoided
    await settled(hasty)


async def entry_that_stands(plane: ChannelOnCassandra) -> PhoneEntry:
    """The number's entry, once the node takes statements again."""
    for _ in range(50):
        try:
            entry = await plane.directory.phone(CALLER)
        except ChannelPlaneDown:
            await asyncio.sleep(0.1)
        else:
            assert entry is not None
            return entry
    raise AssertionError("the node does not come back")


async def test_nothing_is_sent_twice_while_a_fate_is_unknown(hasty: ChannelOnCassandra, node: CassandraNode) -> None:
    entry = await hasty.directory.reserve_phone(
        PhoneEntry(CALLER, "reserved", DISTRICT, uuid4(), uuid4(), "en", "", reserved_at=NOW)
    )
    changed = replace(entry, language="st_LS")

    with frozen(node, hasty):
        hasty.session.calls.clear()
        with pytest.raises(ChannelPlaneDown):
            await hasty.directory.save_phone(changed)
        assert hasty.session.calls == {COMPARE_AND_SET: 1}

    came_true = replace(changed, version=entry.version + 1)
    stands = await entry_that_stands(hasty)
    assert stands in (entry, came_true)
    if not await hasty.directory.save_phone(replace(changed, version=stands.version)):
        # The node took it up between the look and the write, the one time that it was sent.
        assert stands == entry
        assert await entry_that_stands(hasty) == came_true
        assert await hasty.directory.save_phone(replace(changed, version=came_true.version))


async def test_what_waits_for_an_answer_is_given_up_when_its_caller_is(
    hasty: ChannelOnCassandra, node: CassandraNode
) -> None:
    with frozen(node, hasty):
        waiting = asyncio.create_task(hasty.directory.phone(CALLER))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        # The driver's own time-out comes later, and finds nobody.
        await asyncio.sleep(2 * _PAUSE)


async def test_the_time_limits_are_the_ones_of_the_design() -> None:
    address = CassandraAddress((("127.0.0.1", 9042),), "maseru")

    assert (address.connect_timeout_seconds, address.statement_timeout_seconds) == (0.5, 1.5)


async def test_every_statement_has_the_sessions_time_limit_and_consistency(hasty: ChannelOnCassandra) -> None:
    of_driver = hasty.session._session.cluster.profile_manager.profiles
    profiles = {name: of_driver[name] for name in (READ, SERIAL_READ, WRITE, COMPARE_AND_SET, EXEC_PROFILE_DEFAULT)}

    assert {profile.consistency_level for name, profile in profiles.items() if name != SERIAL_READ} == {LOCAL_QUORUM}
    assert profiles[SERIAL_READ].consistency_level == LOCAL_SERIAL
    assert {profile.serial_consistency_level for profile in profiles.values()} == {LOCAL_SERIAL}
    plans = {name: profile.speculative_execution_policy.new_plan(None, None) for name, profile in profiles.items()}
    assert [name for name, plan in plans.items() if plan.next_execution(None) >= 0] == [READ]
    for statement, prepared in hasty.session._prepared.items():
        assert prepared.is_idempotent == isinstance(statement, Query)


async def test_every_statement_goes_to_a_node_that_has_its_row_and_never_to_another_data_centre(
    hasty: ChannelOnCassandra,
) -> None:
    of_driver = hasty.session._session.cluster.profile_manager.profiles
    for name in (READ, SERIAL_READ, WRITE, COMPARE_AND_SET, EXEC_PROFILE_DEFAULT):
        avoiding = of_driver[name].load_balancing_policy
        assert isinstance(avoiding, AvoidingPolicy), name
        beside_the_row = avoiding._child_policy
        assert isinstance(beside_the_row, TokenAwarePolicy), name
        nearest = beside_the_row._child_policy
        assert isinstance(nearest, DCAwareRoundRobinPolicy), name
        assert (nearest.local_dc, nearest.used_hosts_per_remote_dc) == (DATACENTER, 0)
    # The driver finds the node by the whole partition key, which it must know where it stands among the values.
    unrouted = {statement.cql for statement, one in hasty.session._prepared.items() if not one.routing_key_indexes}
    assert unrouted == set()


async def test_a_plane_that_nobody_answers_for_is_down_at_once(sealer: Sealer, clock: MovableClock) -> None:
    address = CassandraAddress((("127.0.0.1", free_port()),), "datacenter1")

    with pytest.raises(ChannelPlaneDown, match="no Cassandra node answers"):
        async with ChannelOnCassandra.opened(address, sealer, clock):
            raise AssertionError


async def test_a_node_that_was_killed_comes_back_with_all_that_was_acknowledged(
    node: CassandraNode, hasty: ChannelOnCassandra
) -> None:
    await hasty.conversations.save(a_turn(1), expected_turn=None, expected_claim=None)
    await asyncio.sleep(1.2)  # one node alone: its log reaches the disk within a second; with three, others have it

    node.kill()
    with pytest.raises(ChannelPlaneDown):
        await hasty.conversations.load(CALLER, SERVICE, "s1", NOW)
    node.start()  # not in a thread: the node ends with the thread that started it

    assert await settled(hasty) == a_turn(1)


@pytest.mark.parametrize(
    ("error", "down"),
    [
        (OperationTimedOut(), True),
        (WriteTimeout("", WriteType.CAS), True),
        (ReadTimeout(""), True),
        (Unavailable(""), True),
        (NoHostAvailable("", {}), True),
        (ConnectionResetError(), True),
        (ErrorMessage(0x1700, "CAS operation result is unknown", None), True),
        (InvalidRequest("no such column"), False),
        (SyntaxException(0x2000, "line 1", None), False),
        (ValueError("a wrong value"), False),
    ],
)
def test_an_error_is_ours_or_leaves_the_outcome_unknown(error: BaseException, down: bool) -> None:
    assert is_down(error) is down


def test_a_read_is_tried_on_one_other_node_and_a_write_never_again() -> None:
    policy = ElsewhereOnce()
    asked: tuple[Any, ...] = (None, None, None)

    for hook in (policy.on_read_timeout, policy.on_unavailable, policy.on_request_error):
        assert hook(*asked, retry_num=0)[0] == RetryPolicy.RETRY_NEXT_HOST
        assert hook(*asked, retry_num=1)[0] == RetryPolicy.RETHROW
    assert policy.on_write_timeout(*asked, retry_num=0)[0] == RetryPolicy.RETHROW


async def test_the_driver_never_repeats_a_write_by_itself(cassandra_address: CassandraAddress) -> None:
    async with connected(cassandra_address) as session:
        for name in (WRITE, COMPARE_AND_SET, SERIAL_READ):
            policy = session.cluster.profile_manager.profiles[name].retry_policy
            for hook in (policy.on_write_timeout, policy.on_unavailable, policy.on_request_error):
                assert hook(None, None, None, retry_num=0)[0] == RetryPolicy.RETHROW
