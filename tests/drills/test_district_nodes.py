"""Nodes of the record plane on Citus killed and frozen under traffic: each district is its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.drills.drill import AWAY, HOME, Outcome, drilled, some_wishes
from tests.drills.ground import Ground
from tests.servers.citus.cluster import CitusCluster
from tests.servers.citus.node import CitusNode

pytestmark = [pytest.mark.engine, pytest.mark.drills, pytest.mark.citus]

Act = Callable[[CitusNode], None]
KILL: tuple[Act, Act] = (CitusNode.kill, CitusNode.start)
FREEZE: tuple[Act, Act] = (CitusNode.freeze, CitusNode.thaw)


@pytest.fixture
def nodes(citus_servers: CitusCluster) -> Iterator[CitusCluster]:
    """The cluster, whole again whatever a drill did to it."""
    yield citus_servers
    citus_servers.make_whole()


@pytest.mark.parametrize(
    ("fault", "act"), [("another district's node, killed", KILL), ("another district's node, frozen", FREEZE)]
)
async def test_a_district_goes_on_while_anothers_node_is_down(
    citus_ground: Ground, nodes: CitusCluster, tmp_path: Path, outcomes: list[Outcome], fault: str, act: tuple[Act, Act]
) -> None:
    hurt, mend = act
    amid_traffic = some_wishes(3, HOME)
    from_here_on = some_wishes(3, HOME, waits_before="apply")
    neighbours = some_wishes(2, AWAY)
    async with drilled(citus_ground, tmp_path, [*amid_traffic, *from_here_on, *neighbours]) as drill:
        await drill.until_waiting()
        await asyncio.to_thread(hurt, nodes.workers[1])
        drill.open_gate()
        await drill.until_done_of([*amid_traffic, *from_here_on])
        await asyncio.to_thread(mend, nodes.workers[1])
        await drill.until_done()

        outcomes.append(await drill.prove(fault))


async def test_every_district_goes_on_while_the_coordinator_is_down(
    citus_ground: Ground, nodes: CitusCluster, tmp_path: Path, outcomes: list[Outcome]
) -> None:
    amid_traffic = some_wishes(3, HOME, AWAY)
    from_here_on = some_wishes(4, HOME, AWAY, waits_before="apply")
    async with drilled(citus_ground, tmp_path, [*amid_traffic, *from_here_on]) as drill:
        await drill.until_waiting()
        await asyncio.to_thread(nodes.coordinator.kill)
        drill.open_gate()
        await drill.until_done()
        await asyncio.to_thread(nodes.coordinator.start)

        outcomes.append(await drill.prove("the coordinator, killed"))


async def test_applications_and_payments_are_taken_while_the_own_node_is_down(
    citus_ground: Ground, nodes: CitusCluster, tmp_path: Path, outcomes: list[Outcome]
) -> None:
    applying = some_wishes(3, AWAY, waits_before="apply")
    paying = some_wishes(3, AWAY, waits_before="pay")
    async with drilled(citus_ground, tmp_path, [*applying, *paying]) as drill:
        await drill.until_waiting()
        await asyncio.to_thread(nodes.workers[1].kill)
        drill.open_gate()
        await drill.until_done_of(paying)
        await drill.until_taken(applying)
        await asyncio.to_thread(nodes.workers[1].start)
        await drill.until_done()

        outcomes.append(await drill.prove("the own node, killed"))
