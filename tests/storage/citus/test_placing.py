"""`cluster place` and `cluster status`: each district on the node that is named for it, and how that is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from storage.postgres.citus import placing
from storage.postgres.citus.entering import NodeAddress
from storage.postgres.citus.placing import Step, StepKind, TransferMode, WrongPlacement, place, plan
from storage.postgres.citus.problems import ClusterRefused, NotDistributed
from storage.postgres.citus.watching import ClusterStatus, cluster_status
from storage.postgres.migrating import Plane, upgrade
from tests.fixtures_citus import CitusDatabase, address_of, distribute_database
from tests.servers.citus.cluster import CitusCluster, connected

pytestmark = [pytest.mark.engine, pytest.mark.citus]

NOWHERE = NodeAddress("127.0.0.1", 1)


@pytest.fixture(scope="module")
def formed(citus_servers: CitusCluster) -> Iterator[CitusDatabase]:
    """A distributed database of this module's own: districts that were isolated stay so."""

    async def make() -> CitusDatabase:
        database = CitusDatabase(citus_servers, await citus_servers.create_database(joined=False))
        for plane in Plane:
            await upgrade(plane, database.owner_url)
        await distribute_database(database)
        return database

    database = asyncio.run(make())
    yield database
    asyncio.run(citus_servers.drop_database(database.name))


@pytest.fixture
def database(formed: CitusDatabase, citus_cluster: CitusCluster) -> CitusDatabase:
    """The same, on servers that are whole again afterwards."""
    return formed


@asynccontextmanager
async def borrower_in(database: CitusDatabase, district: str) -> AsyncIterator[None]:
    """A row that moves along."""
    async with connected(database.owner_url) as connection:
        await connection.execute("insert into record.district_days values ($1, '2026-11-23')", district)
        yield
        found = await connection.fetchval("select count(*) from record.district_days where district = $1", district)
        assert found == 1
        await connection.execute("delete from record.district_days where district = $1", district)


async def at(database: CitusDatabase, district: str) -> NodeAddress:
    status = await cluster_status(database.owner_url)
    return next(found.node for found in status.districts if found.district == district)


def elsewhere(database: CitusDatabase, node: NodeAddress) -> NodeAddress:
    return next(address_of(worker) for worker in database.cluster.workers if address_of(worker) != node)


async def deed(database: CitusDatabase, wanted: dict[str, NodeAddress], mode: TransferMode) -> list[str]:
    told: list[str] = []
    steps = await place(database.owner_url, wanted, mode, told.append)
    assert steps == len(told)
    return told


@pytest.mark.parametrize(("district", "mode"), [("LS-A", TransferMode.ONLINE), ("LS-C", TransferMode.BLOCKING)])
async def test_a_district_gets_its_own_shard_on_its_node_once(
    database: CitusDatabase, district: str, mode: TransferMode
) -> None:
    source = await at(database, district)
    target = elsewhere(database, source)
    wanted = {district: target}

    async with borrower_in(database, district):
        planned = await plan(database.owner_url, wanted)
        told = await deed(database, wanted, mode)
        again = await deed(database, wanted, mode)

    isolated, moved = Step(StepKind.ISOLATE, district, source, target), Step(StepKind.MOVE, district, source, target)
    assert list(planned) == [isolated, moved]
    assert told == [f"{isolated} …", f"{moved} …"]
    assert again == []
    status = await cluster_status(database.owner_url)
    placed = next(found for found in status.districts if found.district == district)
    assert (placed.node, placed.is_placed, placed.is_reachable) == (target, True, True)
    assert placed.size_bytes
    assert status.findings == ()


async def test_a_placement_that_was_interrupted_goes_on_where_it_stood(
    database: CitusDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await at(database, "LS-B")
    wanted = {"LS-B": elsewhere(database, source)}
    monkeypatch.setattr(placing, "_do", _isolating_only(placing._do))
    with pytest.raises(KeyboardInterrupt):
        await deed(database, wanted, TransferMode.BLOCKING)
    monkeypatch.undo()

    told = await deed(database, wanted, TransferMode.BLOCKING)

    assert told == [f"{Step(StepKind.MOVE, 'LS-B', source, wanted['LS-B'])} …"]
    assert await at(database, "LS-B") == wanted["LS-B"]


def _isolating_only(do: object) -> object:
    async def stopping(connection: object, step: Step, mode: TransferMode) -> None:
        if step.kind is StepKind.MOVE:
            raise KeyboardInterrupt
        await do(connection, step, mode)  # type: ignore[operator]

    return stopping


@pytest.mark.parametrize(
    ("district", "node", "said"),
    [("LS-Z", None, "districts.LS-Z: there is no such district"), ("LS-D", NOWHERE, "districts.LS-D: 127.0.0.1:1")],
)
async def test_what_is_not_there_is_named_and_nothing_is_moved(
    database: CitusDatabase, district: str, node: NodeAddress | None, said: str
) -> None:
    wanted = {"LS-E": elsewhere(database, await at(database, "LS-E"))}
    wanted[district] = node or address_of(database.cluster.workers[0])

    with pytest.raises(WrongPlacement, match=said):
        await deed(database, wanted, TransferMode.BLOCKING)

    assert await at(database, "LS-E") != wanted["LS-E"]


async def test_a_district_is_not_moved_to_a_dead_node_and_stays_where_it_was(database: CitusDatabase) -> None:
    source = await at(database, "LS-F")
    target = elsewhere(database, source)
    database.cluster.node_at(target.host, target.port).kill()

    with pytest.raises(ClusterRefused, match="cluster place"):
        await deed(database, {"LS-F": target}, TransferMode.BLOCKING)

    assert await at(database, "LS-F") == source


async def test_districts_have_no_place_before_the_tables_are_distributed(citus_cluster: CitusCluster) -> None:
    name = await citus_cluster.create_database()
    url = citus_cluster.coordinator.url(name)

    with pytest.raises(NotDistributed, match="cluster init"):
        await plan(url, {"LS-A": address_of(citus_cluster.workers[0])})
    with pytest.raises(NotDistributed, match="cluster init"):
        await cluster_status(url)

    await citus_cluster.drop_database(name)


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_a_node_that_is_out_is_shown_with_its_districts_from_any_other(database: CitusDatabase, way: str) -> None:
    out = database.cluster.workers[1]
    before = await cluster_status(database.owner_url)
    districts = {found.district for found in before.districts if found.node == address_of(out)}
    getattr(out, way)()

    seen = [await cluster_status(node.url(database.name)) for node in database.cluster.nodes[:2]]

    assert districts
    for status in seen:
        assert unreachable(status) == (districts, {address_of(out)})
        assert [str(address_of(out)) in sentence for sentence in status.findings] == [True]


def unreachable(status: ClusterStatus) -> tuple[set[str], set[NodeAddress]]:
    return (
        {found.district for found in status.districts if not found.is_reachable},
        {node.address for node in status.nodes if not node.is_reachable},
    )


async def test_a_node_that_was_set_otherwise_is_found(database: CitusDatabase) -> None:
    name = database.name
    async with connected(database.owner_url) as connection:
        await connection.execute(f"alter database {name} set citus.node_connection_timeout = '30s'")

    findings = (await cluster_status(database.owner_url)).findings

    async with connected(database.owner_url) as connection:
        await connection.execute(f"alter database {name} set citus.node_connection_timeout = '2s'")
    assert len(findings) == 3
    assert all("letsema cluster init" in sentence for sentence in findings)


async def test_a_table_that_one_node_alone_has_is_found(database: CitusDatabase) -> None:
    async with connected(database.owner_url) as connection:
        await connection.execute("select undistribute_table('record.throttles')")

    findings = (await cluster_status(database.owner_url)).findings
    await distribute_database(database)

    assert [sentence for sentence in findings if "record.throttles" in sentence]
    assert (await cluster_status(database.owner_url)).findings == ()


async def test_the_products_own_role_sees_the_cluster_from_every_node(citus_database: CitusDatabase) -> None:
    """As `doctor` does in a container that has no owner's address."""
    for url in citus_database.app_urls:
        status = await cluster_status(url)
        assert status.findings == ()
        assert unreachable(status) == (set(), set())
        assert all(node.size_bytes for node in status.nodes if node.districts)
