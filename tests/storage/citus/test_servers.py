"""The servers that the tests start are a real cluster, and survive what tests do to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.servers.citus.cluster import CitusCluster, connected

pytestmark = [pytest.mark.engine, pytest.mark.citus]


@pytest.fixture
async def database(citus_cluster: CitusCluster) -> AsyncIterator[str]:
    name = await citus_cluster.create_database()
    async with connected(citus_cluster.coordinator.url(name)) as connection:
        await connection.execute("create table things (place text primary key, n int not null)")
        await connection.execute("select create_distributed_table('things', 'place', shard_count := 4)")
        for number in range(20):
            await connection.execute("insert into things values ($1, $2)", f"place {number}", number)
    yield name
    citus_cluster.make_whole()
    await citus_cluster.drop_database(name)


async def total(url: str) -> int:
    async with connected(url) as connection:
        return int(await connection.fetchval("select sum(n) from things"))


async def test_every_node_answers_for_all(citus_cluster: CitusCluster, database: str) -> None:
    totals = [await total(node.url(database)) for node in citus_cluster.nodes]

    assert totals == [190, 190, 190]


async def test_a_killed_node_comes_back_with_what_it_had(citus_cluster: CitusCluster, database: str) -> None:
    worker = citus_cluster.workers[0]

    worker.kill()
    with pytest.raises(asyncpg.ConnectionFailureError):
        await total(citus_cluster.coordinator.url(database))
    with pytest.raises(ConnectionRefusedError):
        await total(worker.url(database))

    await asyncio.to_thread(worker.start)
    assert await total(citus_cluster.coordinator.url(database)) == 190


async def test_a_frozen_node_answers_nobody_until_it_is_woken(citus_cluster: CitusCluster, database: str) -> None:
    worker = citus_cluster.workers[1]
    async with connected(worker.url(database)) as open_before:
        worker.freeze()
        asked = asyncio.ensure_future(open_before.fetchval("select 1"))
        _, pending = await asyncio.wait([asked], timeout=0.3)
        with pytest.raises(TimeoutError):
            await asyncpg.connect(worker.url(database), timeout=0.3)
        assert pending

        worker.thaw()
        assert await asked == 1
    assert await total(worker.url(database)) == 190


async def test_a_dead_coordinator_stops_no_worker(citus_cluster: CitusCluster, database: str) -> None:
    citus_cluster.coordinator.kill()
    began = time.monotonic()

    async with connected(citus_cluster.workers[0].url(database)) as connection:
        assert await connection.fetchval("select count(*) from things where place = 'place 3'") == 1
    assert time.monotonic() - began < 10
