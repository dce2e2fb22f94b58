"""Nodes of the channel plane killed, and frozen, under traffic: one of three, then two."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drills.drill import AWAY, HOME, Outcome, drilled, some_wishes
from tests.drills.ground import Ground
from tests.servers.cassandra.node import CassandraNode

pytestmark = [
    pytest.mark.engine,
    pytest.mark.drills,
    pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3"]),
]

Act = Callable[[CassandraNode], None]
FAULTS: dict[str, tuple[Act, Act]] = {
    "one of three nodes of Cassandra, killed": (CassandraNode.kill, CassandraNode.start),
    "one of three nodes of Cassandra, frozen": (CassandraNode.freeze, CassandraNode.thaw),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_borrowers_go_on_while_one_of_three_nodes_is_down(
    ring_ground: Ground, ring: list[CassandraNode], tmp_path: Path, outcomes: list[Outcome], fault: str
) -> None:
    hurt, mend = FAULTS[fault]
    amid_traffic = some_wishes(4, HOME, AWAY)
    from_here_on = some_wishes(4, HOME, AWAY, waits_before="apply")
    async with drilled(ring_ground, tmp_path, [*amid_traffic, *from_here_on]) as drill:
        await drill.until_waiting()
        hurt(ring[2])
        drill.open_gate()
        await drill.until_done_of(from_here_on)
        await asyncio.to_thread(mend, ring[2])
        await drill.until_done()

        outcomes.append(outcome := await drill.prove(fault))
        # A call under way may have to dial again. Who dials anew is sent round the node, a frozen one, too.
        assert outcome.seen.polite < outcome.seen.answered / 10


async def test_nothing_is_promised_while_two_of_three_nodes_are_down(
    ring_ground: Ground, ring: list[CassandraNode], tmp_path: Path, outcomes: list[Outcome]
) -> None:
    paying = some_wishes(2, HOME, AWAY, waits_before="pay")
    applying = some_wishes(2, HOME, AWAY, waits_before="apply")
    async with drilled(ring_ground, tmp_path, [*paying, *applying]) as drill:
        await drill.until_waiting()
        for node in ring[1:]:
            await asyncio.to_thread(node.kill)
        drill.open_gate()
        await drill.until_put_off()
        for node in ring[1:]:
            await asyncio.to_thread(node.start)
        await drill.until_done()

        outcomes.append(await drill.prove("two of three nodes of Cassandra, killed"))
