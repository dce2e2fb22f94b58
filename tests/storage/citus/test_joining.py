"""`cluster init`: a migrated database becomes a distributed one, once, whole, and stays one through later revisions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from storage.postgres.citus import entering
from storage.postgres.citus.distributing import distribution_column
from storage.postgres.citus.entering import NodeAddress
from storage.postgres.citus.joining import HIDES_SHARDS, NODE_CONNECTION_TIMEOUT, RECOVERY_INTERVAL, form_cluster
from storage.postgres.citus.problems import (
    CitusTooOld,
    ClusterProblem,
    NodeUnreachable,
    NotTheCoordinator,
    PlacedOtherwise,
)
from storage.postgres.migrating import (
    DatabaseUnreachable,
    Plane,
    SchemaMissing,
    check,
    differences,
    downgrade,
    revisions,
    upgrade,
)
from tests.fixtures_citus import CitusDatabase, address_of, distribute_database
from tests.servers.citus.cluster import CitusCluster, connected

pytestmark = [pytest.mark.engine, pytest.mark.citus]

NOWHERE = NodeAddress("127.0.0.1", 1)


@pytest.fixture
async def alone(citus_cluster: CitusCluster) -> AsyncIterator[CitusDatabase]:
    """A database with Citus in it, on nodes that do not know each other."""
    name = await citus_cluster.create_database(joined=False)
    yield CitusDatabase(citus_cluster, name)
    await asyncio.to_thread(citus_cluster.make_whole)
    await citus_cluster.drop_database(name)


@pytest.fixture
async def migrated(alone: CitusDatabase) -> CitusDatabase:
    for plane in Plane:
        await upgrade(plane, alone.owner_url)
    return alone


async def ask(url: str, question: str) -> list[tuple[Any, ...]]:
    async with connected(url) as connection:
        return [tuple(row) for row in await connection.fetch(question)]


async def placements(url: str) -> dict[str, str | None]:
    rows = await ask(
        url,
        "select table_name::text, nullif(distribution_column, '<none>') from citus_tables "
        "where citus_table_type in ('reference', 'distributed')",
    )
    return dict(rows)


async def form(database: CitusDatabase, *, url: str = "", workers: list[NodeAddress] | None = None) -> None:
    coordinator, *others = (address_of(node) for node in database.cluster.nodes)
    told = others if workers is None else workers
    await form_cluster(url or database.owner_url, coordinator, told, Plane, lambda _: None)


async def test_every_table_is_placed_as_it_is_declared_and_every_node_serves_the_product(
    migrated: CitusDatabase,
) -> None:
    await ask(migrated.owner_url, "insert into record.district_days values ('LS-A', '2026-11-23')")

    await distribute_database(migrated)

    declared = {table.fullname: distribution_column(table) for plane in Plane for table in plane.tables.sorted_tables}
    versions = {f"{plane}.alembic_version": None for plane in Plane}
    assert await placements(migrated.owner_url) == declared | versions
    assert [await differences(plane, migrated.owner_url) for plane in Plane] == [[], []]
    await migrated.cluster.let_the_product_in(migrated.name)
    for url in migrated.app_urls:
        for plane in Plane:
            await check(plane, url)
        assert await ask(url, "select district from record.district_days") == [("LS-A",)]
        assert await ask(url, "select count(*) from record.districts") == [(10,)]
        assert await ask(url, "show citus.node_connection_timeout") == [(NODE_CONNECTION_TIMEOUT,)]
        assert await ask(url, "show citus.recover_2pc_interval") == [(RECOVERY_INTERVAL,)]
        assert await ask(url, "show citus.override_table_visibility") == [(HIDES_SHARDS,)]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "update record.journals set kind = kind where district = 'LS-A'")


async def test_what_lies_together_is_distributed_together(citus_database: CitusDatabase) -> None:
    rows = await ask(
        citus_database.owner_url,
        "select split_part(table_name::text, '.', 1), count(distinct colocation_id) from citus_tables "
        "where citus_table_type = 'distributed' and table_name::text ~ '^(record|channel.(turns|drafts|messages))' "
        "group by 1",
    )

    assert sorted(rows) == [("channel", 1), ("record", 1)]


async def test_done_again_it_changes_nothing(migrated: CitusDatabase) -> None:
    first = await distribute_database(migrated)
    before = await placements(migrated.owner_url)

    again = await distribute_database(migrated)

    assert [line for line in first if "joined" in line or "tables distributed" in line]
    assert not [line for line in again if "joined" in line or "tables distributed" in line]
    assert await placements(migrated.owner_url) == before


async def test_a_table_of_a_later_revision_is_distributed_by_the_upgrade_that_makes_it(
    migrated: CitusDatabase,
) -> None:
    await distribute_database(migrated)
    before = await placements(migrated.owner_url)
    await downgrade(Plane.RECORD, migrated.owner_url, "0009")
    assert len(await placements(migrated.owner_url)) < len(before)

    await upgrade(Plane.RECORD, migrated.owner_url)

    assert await placements(migrated.owner_url) == before
    assert await differences(Plane.RECORD, migrated.owner_url) == []


async def test_a_schema_is_not_changed_while_a_node_is_down(migrated: CitusDatabase) -> None:
    await distribute_database(migrated)
    await downgrade(Plane.RECORD, migrated.owner_url, "0015")
    migrated.cluster.workers[0].kill()

    with pytest.raises(DatabaseUnreachable, match="does not answer"):
        await upgrade(Plane.RECORD, migrated.owner_url)

    found = await revisions(Plane.RECORD, migrated.owner_url)
    assert found.current == "0015"


async def test_a_node_out_of_reach_is_named_and_nothing_is_changed(migrated: CitusDatabase) -> None:
    with pytest.raises(NodeUnreachable, match=r"127\.0\.0\.1:1"):
        await form(migrated, workers=[NOWHERE])

    assert await ask(migrated.owner_url, "select nodename from pg_dist_node") == []
    assert await placements(migrated.owner_url) == {}


async def test_a_worker_is_told_that_it_is_one(citus_database: CitusDatabase) -> None:
    worker = citus_database.cluster.workers[0].url(citus_database.name)

    with pytest.raises(NotTheCoordinator):
        await form(citus_database, url=worker)
    with pytest.raises(NotTheCoordinator):
        await upgrade(Plane.RECORD, worker)


async def test_an_empty_database_is_migrated_first(alone: CitusDatabase) -> None:
    with pytest.raises(SchemaMissing, match="db upgrade"):
        await form(alone)


async def test_a_table_that_lies_otherwise_is_named_and_nothing_is_changed(migrated: CitusDatabase) -> None:
    await migrated.cluster.join(migrated.name)
    await ask(migrated.owner_url, "select create_distributed_table('record.throttles', 'bucket', shard_count := 2)")

    with pytest.raises(PlacedOtherwise, match=r"record\.throttles.*by bucket"):
        await form(migrated)

    assert await placements(migrated.owner_url) == {"record.throttles": "bucket"}


async def test_an_old_citus_is_refused(citus_database: CitusDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "CITUS_VERSION_MIN", (99, 0))

    with pytest.raises(CitusTooOld, match=r"Citus 99\.0"):
        await form(citus_database)


async def test_what_citus_refuses_is_told_in_its_words(migrated: CitusDatabase) -> None:
    worker = migrated.cluster.workers[0]
    async with connected(worker.url(migrated.name)) as connection:
        await connection.execute("drop extension citus cascade")

    with pytest.raises(ClusterProblem, match="letsema cluster init"):
        await form(migrated)

    assert await placements(migrated.owner_url) == {}
