"""A district is reached over its own node; one that is killed or frozen takes only its own districts along."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from core.ports.environment import KeyedHash, Sealer
from core.ports.reads import QueueFilter
from core.ports.record import DistrictDown
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.page_statements import STATEMENT_SECONDS_MAX, prepare_for_a_page
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.fixtures_citus import CitusDatabase
from tests.fixtures_postgres import MovableClock
from tests.servers.citus.cluster import connected
from tests.servers.citus.node import CitusNode
from tests.storage.samples import MFI, TODAY, a_borrower, an_application, lay_ground

pytestmark = [pytest.mark.engine, pytest.mark.citus]

DISTRICTS = [f"LS-{letter}" for letter in "ABCDEFGHJK"]
HOP_SECONDS = 3.0
"""All that a borrower's hop may take."""
AT_ONCE_SECONDS = 0.4
"""What is refused without asking anybody, on a busy machine."""
RETURN_SECONDS_MAX = 20.0


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


class Cluster:
    """The record plane on a cluster, as a process of the product has it."""

    def __init__(self, plane: RecordOnPostgres, database: CitusDatabase, homes: dict[str, CitusNode]) -> None:
        self.plane = plane
        self.database = database
        self.homes = homes
        self.borrowers: dict[str, UUID] = {}

    def of(self, node: CitusNode) -> list[str]:
        """The districts that live on a node."""
        return [district for district in DISTRICTS if self.homes[district] is node]

    def not_of(self, node: CitusNode) -> list[str]:
        return [district for district in DISTRICTS if self.homes[district] is not node]

    async def lend_in(self, district: str) -> None:
        """Write in a district, and read it."""
        borrower = a_borrower(district=district)
        async with self.plane.unit(district) as unit:
            await unit.borrowers.add(borrower)
            await unit.applications.add(an_application(borrower))
            await unit.commit()
        async with self.plane.unit(district) as unit:
            assert (await unit.borrowers.get(borrower.id)).district == district
        self.borrowers[district] = borrower.id

    async def entered_at(self, district: str) -> int:
        """The port of the node that a district is reached over."""
        async with self.plane.nodes.connected(district) as connection:
            return int((await connection.execute(text("select inet_server_port()"))).scalar_one())

    async def come_back(self, district: str) -> None:
        """Wait until a district is served over its own node again, as its borrowers do."""
        give_up_at = time.monotonic() + RETURN_SECONDS_MAX
        while True:
            with suppress(DistrictDown):
                if await self.entered_at(district) == self.homes[district].port:
                    return await self.lend_in(district)
            assert time.monotonic() < give_up_at, f"{district} did not come back"
            await asyncio.sleep(0.1)


@pytest.fixture
def connections(citus_database: CitusDatabase) -> RecordConnections:
    """The product's own bounds, but for a machine that is busy with other tests when it connects."""
    coordinator, *workers = citus_database.app_urls
    return RecordConnections(coordinator, tuple(workers), connect_timeout_seconds=1.0)


@pytest.fixture
async def ground(
    citus_database: CitusDatabase, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> dict[str, CitusNode]:
    """Lenders and business dates everywhere; which node each district lives on, as Citus says it."""
    patient = RecordConnections(
        citus_database.app_url, connect_timeout_seconds=30, statement_timeout_seconds=30, unit_timeout_seconds=30
    )
    async with RecordOnPostgres.opened(patient, sealer, keyed_hash, clock) as plane:
        await lay_ground(plane)
        for district in DISTRICTS:
            await plane.open_district(district, TODAY)
    return await homes_of(citus_database)


async def homes_of(database: CitusDatabase) -> dict[str, CitusNode]:
    async with connected(database.owner_url) as owner:
        rows = await owner.fetch(
            "select d.code, s.nodename, s.nodeport from record.districts d, lateral ("
            "  select get_shard_id_for_distribution_column('record.loans', d.code) as shardid"
            ") l join pg_dist_shard_placement s using (shardid)"
        )
    return {row["code"]: database.cluster.node_at(row["nodename"], row["nodeport"]) for row in rows}


@pytest.fixture
async def cluster(
    connections: RecordConnections,
    citus_database: CitusDatabase,
    ground: dict[str, CitusNode],
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> AsyncIterator[Cluster]:
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        yield Cluster(plane, citus_database, ground)


@pytest.fixture
def worker(citus_database: CitusDatabase) -> CitusNode:
    return citus_database.cluster.workers[1]


async def test_each_district_is_reached_over_its_own_node(cluster: Cluster) -> None:
    assert {node.port for node in cluster.homes.values()} == {node.port for node in cluster.database.cluster.workers}
    for district in DISTRICTS:
        assert await cluster.entered_at(district) == cluster.homes[district].port


async def test_a_killed_node_takes_only_its_own_districts_along_and_they_come_back_by_themselves(
    cluster: Cluster, worker: CitusNode, keyed_hash: KeyedHash
) -> None:
    for district in DISTRICTS:
        await cluster.lend_in(district)
    worker.kill()

    for district in cluster.of(worker):
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            await cluster.lend_in(district)
    for district in cluster.not_of(worker):
        with within(HOP_SECONDS):
            await cluster.lend_in(district)
    page = await PortalReadsOnPostgres(cluster.plane, keyed_hash).queue(MFI, DISTRICTS, QueueFilter())
    assert sorted(page.missing_districts) == cluster.of(worker)
    assert {row.district for row in page.rows} == set(cluster.not_of(worker))

    worker.start()
    for district in cluster.of(worker):
        await cluster.come_back(district)
    page = await PortalReadsOnPostgres(cluster.plane, keyed_hash).queue(MFI, DISTRICTS, QueueFilter())
    assert page.missing_districts == ()


async def test_a_transaction_that_is_under_way_as_its_node_is_killed_is_told_at_once(
    cluster: Cluster, worker: CitusNode
) -> None:
    district = cluster.of(worker)[0]
    async with cluster.plane.unit(district) as unit:
        await unit.borrowers.add(a_borrower(district=district))
        worker.kill()
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            await unit.commit()


async def test_a_frozen_node_keeps_nobody_waiting_beyond_a_hop(
    cluster: Cluster, worker: CitusNode, keyed_hash: KeyedHash
) -> None:
    for district in DISTRICTS:
        await cluster.lend_in(district)  # so that there are connections in each pool, and from node to node
    await PortalReadsOnPostgres(cluster.plane, keyed_hash).queue(MFI, DISTRICTS, QueueFilter())
    district, other = cluster.of(worker)[0], cluster.not_of(worker)[0]

    async with cluster.plane.unit(district) as unit:
        await unit.business_date()
        worker.freeze()
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            await unit.business_date()

    # Many more than it has connections, while others go on.
    async def refused() -> None:
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            await cluster.lend_in(district)

    with within(2 * HOP_SECONDS):
        await asyncio.gather(*(refused() for _ in range(20)), *(cluster.lend_in(other) for _ in range(3)))
    for _ in range(3):
        with within(HOP_SECONDS):
            await cluster.lend_in(other)


async def test_once_known_a_frozen_node_is_left_alone_until_it_wakes(cluster: Cluster, worker: CitusNode) -> None:
    district = cluster.of(worker)[0]
    await cluster.lend_in(district)
    worker.freeze()
    for _ in range(2):  # its own node, then the way around
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            await cluster.lend_in(district)

    for _ in range(10):
        with within(AT_ONCE_SECONDS), pytest.raises(DistrictDown):
            await cluster.lend_in(district)

    worker.thaw()
    await cluster.come_back(district)


async def test_the_portal_names_the_districts_of_a_frozen_node_and_soon_without_waiting(
    cluster: Cluster, worker: CitusNode, keyed_hash: KeyedHash
) -> None:
    reads = PortalReadsOnPostgres(cluster.plane, keyed_hash)
    for district in DISTRICTS:
        await cluster.lend_in(district)
    await reads.queue(MFI, DISTRICTS, QueueFilter())
    worker.freeze()

    with within(3 * HOP_SECONDS):
        first = await reads.queue(MFI, DISTRICTS, QueueFilter())
    assert sorted(first.missing_districts) == cluster.of(worker)
    with within(HOP_SECONDS / 2):
        second = await reads.queue(MFI, DISTRICTS, QueueFilter())
    assert sorted(second.missing_districts) == cluster.of(worker)
    assert {row.district for row in second.rows} == set(cluster.not_of(worker))


async def test_without_the_coordinator_every_district_goes_on_and_only_reference_data_cannot_change(
    cluster: Cluster, citus_database: CitusDatabase, keyed_hash: KeyedHash
) -> None:
    await cluster.plane.catalogue()
    citus_database.cluster.coordinator.kill()

    for district in DISTRICTS:
        with within(HOP_SECONDS):
            await cluster.lend_in(district)
    cluster.plane._catalogue._fresh_until = 0.0
    mfi = (await cluster.plane.catalogue()).mfi(MFI)
    page = await PortalReadsOnPostgres(cluster.plane, keyed_hash).queue(MFI, DISTRICTS, QueueFilter())
    assert page.missing_districts == ()
    with pytest.raises(DistrictDown):
        await cluster.plane.change_mfi(replace(mfi, address="Elsewhere"))


async def test_a_frozen_coordinator_does_not_keep_a_process_from_starting_or_borrowers_from_lending(
    connections: RecordConnections,
    citus_database: CitusDatabase,
    ground: dict[str, CitusNode],
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> None:
    citus_database.cluster.coordinator.freeze()
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        cluster = Cluster(plane, citus_database, ground)
        with within(2 * HOP_SECONDS):
            assert (await plane.catalogue()).mfis
        for district in DISTRICTS:
            with within(HOP_SECONDS):
                await cluster.lend_in(district)


async def test_a_process_that_starts_while_a_node_is_frozen_serves_the_others_and_later_all(
    connections: RecordConnections,
    citus_database: CitusDatabase,
    worker: CitusNode,
    ground: dict[str, CitusNode],
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> None:
    worker.freeze()
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        cluster = Cluster(plane, citus_database, ground)
        await plane.catalogue()
        for district in cluster.not_of(worker):
            with within(HOP_SECONDS):
                await cluster.lend_in(district)
        for district in cluster.of(worker):
            with within(HOP_SECONDS), pytest.raises(DistrictDown):
                await cluster.lend_in(district)

        worker.thaw()
        for district in cluster.of(worker):
            await cluster.come_back(district)


@pytest.fixture
async def cut_off(
    connections: RecordConnections,
    citus_database: CitusDatabase,
    worker: CitusNode,
    ground: dict[str, CitusNode],
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> AsyncIterator[Cluster]:
    """The worker answers the other nodes, and not us."""
    here = tuple(url for url in connections.other_urls if f":{worker.port}/" not in url)
    cut = replace(connections, other_urls=(*here, "postgresql://letsema_app@127.0.0.1:1/none"))
    async with RecordOnPostgres.opened(cut, sealer, keyed_hash, clock) as plane:
        yield Cluster(plane, citus_database, ground)


async def test_a_district_whose_node_only_the_others_reach_is_served_over_them(
    cut_off: Cluster, worker: CitusNode
) -> None:
    district = cut_off.of(worker)[0]

    with within(HOP_SECONDS):
        await cut_off.lend_in(district)

    assert await cut_off.entered_at(district) != worker.port


async def test_a_lock_is_not_waited_for_beyond_a_statements_time_over_another_node_either(
    cut_off: Cluster, worker: CitusNode
) -> None:
    district = cut_off.of(worker)[0]
    await cut_off.lend_in(district)
    borrower = cut_off.borrowers[district]

    async with cut_off.plane.unit(district) as holder:
        await holder.borrowers.get(borrower, lock=True)
        with within(HOP_SECONDS), pytest.raises(DistrictDown):
            async with cut_off.plane.unit(district) as waiter:
                await waiter.borrowers.get(borrower, lock=True)
    async with cut_off.plane.unit(district) as unit:
        await unit.borrowers.get(borrower, lock=True)


async def test_what_a_page_is_closed_under_holds_on_the_districts_own_node_over_another_one_too(
    cut_off: Cluster, worker: CitusNode
) -> None:
    district = cut_off.of(worker)[0]

    async with cut_off.plane.in_district(district) as connection:
        await prepare_for_a_page(connection)
        row = await connection.row(
            text(
                "select current_setting('enable_seqscan') as scans, current_setting('statement_timeout') as seconds, "
                "inet_server_port() as port from record.district_days where district = :district"
            ).bindparams(district=district)
        )

    assert row is not None
    assert (row.scans, row.seconds, row.port) == ("off", f"{STATEMENT_SECONDS_MAX}s", worker.port)


async def test_a_district_that_moved_is_served_on_and_then_over_its_new_node(
    cluster: Cluster, citus_database: CitusDatabase, worker: CitusNode
) -> None:
    district = cluster.of(worker)[0]
    await cluster.lend_in(district)
    new = citus_database.cluster.workers[0]
    async with connected(citus_database.owner_url) as owner:
        await owner.execute(
            "select citus_move_shard_placement(get_shard_id_for_distribution_column('record.loans', $1::text), "
            "$2::text, $3::int, $4::text, $5::int, 'block_writes')",
            *(district, worker.host, worker.port, new.host, new.port),
        )

    await cluster.lend_in(district)
    await cluster.plane.nodes.look_again()

    assert await cluster.entered_at(district) == new.port
    await cluster.lend_in(district)
    async with connected(citus_database.owner_url) as owner:
        # What was copied is dropped in passing; until then it holds rows that a later test cannot see and remove.
        await owner.execute("call citus_cleanup_orphaned_resources()")
