"""The channel plane on several nodes: callers go on over those that are left, and go back by themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import SaveResult
from core.ports.environment import Sealer
from storage.postgres.channel.examining import BARE, DOWN, OUTDATED, STRANGER, examine_nodes
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections, ChannelPool
from storage.postgres.migrating import Plane, upgrade
from tests.fixtures_citus import CitusDatabase
from tests.servers.citus.cluster import administer, connected
from tests.servers.citus.node import APP_PASSWORD, CURE, CitusNode, copy_files, make_files, programs
from tests.storage.contracts.test_channel_conversations import CALLER, a_turn
from tests.storage.samples import NOW
from tests.storage.test_faults import bid_farewell

pytestmark = [pytest.mark.engine, pytest.mark.citus]

HOP_SECONDS = 3.0
"""All that a borrower's hop may take."""
RETURN_SECONDS_MAX = 20.0
PATIENCE = 1.0
"""To connect on a machine that is busy with other tests; the product waits half of it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


@dataclass
class Line:
    """A caller who goes on from turn to turn, whatever becomes of the nodes."""

    plane: ChannelOnPostgres
    pool: ChannelPool
    turn: int = 0
    refusals: int = field(default=0)

    async def hop(self) -> bool:
        """One hop: load and save. Whether it was answered; a refusal comes in time, too."""
        with within(HOP_SECONDS):
            try:
                snapshot = await self.plane.conversations.load(CALLER, "*384*555#", "s1", NOW)
                stored = snapshot.turn.turn if snapshot.turn is not None else 0
                assert stored in (self.turn, self.turn + 1), "what was acknowledged is there"
                expected = stored or None
                saved = await self.plane.conversations.save(
                    a_turn(stored + 1), expected_turn=expected, expected_claim=None
                )
            except ChannelPlaneDown:
                self.refusals += 1
                return False
        assert saved is SaveResult.SAVED
        self.turn = stored + 1
        return True

    async def entered_at(self) -> int:
        """The port of the node that callers come in over."""
        row = await self.pool.row("select inet_server_port() as port")
        assert row is not None
        return int(row["port"])

    async def comes_to(self, node: CitusNode) -> None:
        """Wait until callers come in over a node."""
        give_up_at = time.monotonic() + RETURN_SECONDS_MAX
        while True:
            try:
                if await self.entered_at() == node.port:
                    return
            except ChannelPlaneDown:
                pass
            assert time.monotonic() < give_up_at, f"nobody came to {node.address}"
            await asyncio.sleep(0.1)


def connections(*urls: str) -> ChannelConnections:
    return ChannelConnections(urls[0], urls[1:], connect_timeout_seconds=PATIENCE)


async def opened(urls: tuple[str, ...], sealer: Sealer) -> Line:
    pool = ChannelPool(connections(*urls))
    await pool.open()
    return Line(ChannelOnPostgres(pool, sealer), pool)


@pytest.fixture
async def line(citus_database: CitusDatabase, sealer: Sealer) -> AsyncIterator[Line]:
    line = await opened(citus_database.app_urls, sealer)
    yield line
    await line.pool.close()


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_callers_go_on_over_another_node_after_one_slow_try_and_back_when_the_first_is(
    line: Line, citus_database: CitusDatabase, way: str
) -> None:
    first = citus_database.cluster.coordinator
    assert await line.hop()
    # Connections for several, each of which would be another slow try.
    assert {*await asyncio.gather(*(line.entered_at() for _ in range(5)))} == {first.port}

    getattr(first, way)()
    await line.hop()  # whoever is under way is told, in time
    for _ in range(5):
        assert await line.hop()
    assert line.refusals <= 1
    assert await line.entered_at() != first.port
    assert (first.address, DOWN) in await examine_nodes(connections(*citus_database.app_urls))

    first.thaw()
    if not first.is_up:
        await asyncio.to_thread(first.start)
    await line.comes_to(first)
    assert await line.hop()


async def test_who_comes_after_a_lost_connection_is_not_given_the_next_one_that_is_lost(
    line: Line, citus_database: CitusDatabase
) -> None:
    """A server that goes says farewell on every connection, and for a moment each of them still looks open."""
    first = citus_database.cluster.coordinator
    all_hold = asyncio.Barrier(3)

    async def lose() -> None:
        async with line.pool.transaction() as connection:
            await all_hold.wait()
            await connection.fetch("select 1")

    await asyncio.gather(*(line.entered_at() for _ in range(5)))
    losers = [asyncio.create_task(lose()) for _ in range(2)]
    while all_hold.n_waiting < len(losers):
        await asyncio.sleep(0.01)
    lost = [driver for driver in line.pool._nodes.all[0]._drivers if not driver.is_closed()]
    for driver in lost:
        bid_farewell(driver)
    await all_hold.wait()
    await asyncio.wait(losers, return_when=asyncio.FIRST_COMPLETED)

    assert await line.entered_at() != first.port

    told = await asyncio.gather(*losers, return_exceptions=True)
    assert {type(each) for each in told} == {ChannelPlaneDown}
    for driver in lost:
        driver.terminate()
    await line.comes_to(first)


async def test_everybody_who_waits_on_a_frozen_node_is_told_at_once(line: Line, citus_database: CitusDatabase) -> None:
    """More callers than there are connections, so that a pool full of dead ones would keep them out."""
    await asyncio.gather(*(line.entered_at() for _ in range(10)))
    citus_database.cluster.coordinator.freeze()

    async def ask() -> None:
        with within(HOP_SECONDS):
            await line.plane.ping()

    told = await asyncio.gather(*(ask() for _ in range(30)), return_exceptions=True)
    assert {type(each) for each in told} <= {ChannelPlaneDown, type(None)}
    for _ in range(3):
        await ask()


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_a_process_starts_while_the_first_node_is_out(
    citus_database: CitusDatabase, sealer: Sealer, way: str
) -> None:
    getattr(citus_database.cluster.coordinator, way)()

    with within(2 * HOP_SECONDS):
        line = await opened(citus_database.app_urls, sealer)
    assert await line.hop()
    assert await line.hop()
    await line.pool.close()


async def test_a_node_that_was_not_told_of_the_tables_is_no_way(citus_database: CitusDatabase, sealer: Sealer) -> None:
    """As one that was put on the list before it was joined."""
    stranger = citus_database.cluster.workers[0].app_url("postgres")
    async with connected(citus_database.cluster.workers[0].url("postgres")) as owner:
        await owner.execute("grant connect on database postgres to letsema_app")

    line = await opened((stranger, citus_database.app_url), sealer)
    assert await line.hop()
    assert await line.entered_at() == citus_database.cluster.coordinator.port
    await line.pool.close()
    nodes = await examine_nodes(connections(stranger, *citus_database.app_urls))
    assert [cure for _, cure in nodes] == [BARE, "", "", ""]


async def test_a_node_that_does_not_let_the_product_in_is_no_way_and_keeps_nobody_from_starting(
    citus_database: CitusDatabase, sealer: Sealer
) -> None:
    """As one whose password was changed, or whose database was dropped."""
    first, *others = citus_database.app_urls
    barred = first.replace("letsema_app:", "letsema_app:not-")

    line = await opened((barred, *others), sealer)

    assert await line.hop()
    assert await line.entered_at() != citus_database.cluster.coordinator.port
    await line.pool.close()


async def keys_on(database: CitusDatabase, node: CitusNode, count: int) -> list[bytes]:
    """Callers whose rows lie on a node."""
    async with connected(database.owner_url) as owner:
        rows = await owner.fetch(
            "select key from (select decode(md5(n::text), 'hex') as key from generate_series(1, 200) n) made, lateral ("
            "  select get_shard_id_for_distribution_column('channel.turns', key) as shardid"
            ") its join pg_dist_shard_placement place using (shardid) where place.nodeport = $1 limit $2",
            *(node.port, count),
        )
    return [row["key"] for row in rows]


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_a_node_that_is_out_takes_its_own_callers_along_and_others_go_on(
    line: Line, citus_database: CitusDatabase, way: str
) -> None:
    worker, other = citus_database.cluster.workers
    gone = await keys_on(citus_database, worker, 5)
    (served,) = await keys_on(citus_database, other, 1)
    phone = line.plane.directory.phone
    await asyncio.gather(*(phone(key) for key in (*gone, served)))
    getattr(worker, way)()

    async def refused(key: bytes) -> None:
        with within(HOP_SECONDS), pytest.raises(ChannelPlaneDown):
            await phone(key)

    async def answered() -> None:
        for _ in range(5):
            with within(HOP_SECONDS):
                assert await phone(served) is None

    await asyncio.gather(*map(refused, gone), answered())


# --- an ordinary server and its standby ---

DATABASE = "alone"


@pytest.fixture
async def pair(tmp_path: Path, missing: Callable[[str, str], None]) -> AsyncIterator[tuple[CitusNode, CitusNode]]:
    """A server with the plane's tables, and its copy in recovery."""
    if programs() is None:
        missing("citus", CURE)
    files = tmp_path / "primary", tmp_path / "standby"
    make_files(files[0])
    primary = CitusNode.in_directory(files[0])
    standby = CitusNode.in_directory(files[1])
    try:
        await asyncio.to_thread(primary.start)
        await administer(primary, f"create database {DATABASE}")
        await upgrade(Plane.CHANNEL, primary.url(DATABASE))
        await administer(primary, f"alter role letsema_app login password '{APP_PASSWORD}'")
        await asyncio.to_thread(primary.stop)
        copy_files(*files)
        (files[1] / "standby.signal").touch()
        for node in (primary, standby):
            await asyncio.to_thread(node.start)
        yield primary, standby
    finally:
        for node in (primary, standby):
            node.stop()


async def test_a_standby_is_no_way_until_it_is_promoted_and_then_the_old_primary_is_none(
    pair: tuple[CitusNode, CitusNode], sealer: Sealer
) -> None:
    primary, standby = pair
    line = await opened((standby.app_url(DATABASE), primary.app_url(DATABASE)), sealer)
    assert await line.hop()
    assert await line.entered_at() == primary.port
    both = connections(standby.app_url(DATABASE), primary.app_url(DATABASE))
    assert await examine_nodes(both) == [(standby.address, ""), (primary.address, "")]

    primary.kill()
    for _ in range(3):
        assert not await line.hop()
    await administer(standby, "select pg_promote()")
    await line.comes_to(standby)
    await line.pool.close()

    # It comes back as it was, takes writes, and knows nothing of what was written since.
    await asyncio.to_thread(primary.start)
    line = await opened((primary.app_url(DATABASE), standby.app_url(DATABASE)), sealer)
    assert await line.entered_at() == standby.port
    await line.pool.close()
    assert await examine_nodes(both) == [(standby.address, ""), (primary.address, OUTDATED)]


async def test_another_database_on_the_list_is_named(
    pair: tuple[CitusNode, CitusNode], citus_database: CitusDatabase
) -> None:
    stranger, *_ = pair

    nodes = await examine_nodes(connections(*citus_database.app_urls, stranger.app_url(DATABASE)))

    assert nodes[-1] == (stranger.address, STRANGER)
    assert [cure for _, cure in nodes[:-1]] == ["", "", ""]
