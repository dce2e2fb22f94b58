"""What callers see when a database is gone, slow or full: the ports' own refusals, in bounded time."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from core.errors import Conflict
from core.ports.channel import ChannelPlaneDown
from core.ports.environment import KeyedHash, Sealer
from core.ports.record import DistrictDown
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections, ChannelPool
from storage.postgres.faults import Fault, fault_of
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from storage.postgres.tables.declaring import APP_ROLE
from tests.fixtures_postgres import ON_EACH_ENGINE, MovableClock
from tests.storage.samples import DISTRICT, MFI, NOW, TODAY, a_borrower, lay_ground

NOBODY = "postgresql://letsema@127.0.0.1:1/none"


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server that a test may stop."""
    server = await EmbeddedPostgres.start(tmp_path / "data")
    await server.ensure_database()
    for plane in Plane:
        await upgrade(plane, server.url())
    yield server
    await server.stop()


@pytest.fixture
async def hasty_record(
    database_url: str, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> AsyncIterator[RecordOnPostgres]:
    """A record plane that waits for nobody."""
    connections = RecordConnections(
        database_url,
        connections_max=3,
        connections_per_district=2,
        connect_timeout_seconds=0.3,
        statement_timeout_seconds=0.3,
        unit_timeout_seconds=0.8,
    )
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        await lay_ground(plane)
        yield plane


@contextmanager
def frozen(process_id: int) -> Iterator[None]:
    """A process that is stopped, not dead: it keeps its connections and answers nothing."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


async def test_a_record_plane_that_nobody_serves_is_down(
    sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> None:
    async with RecordOnPostgres.opened(RecordConnections(NOBODY), sealer, keyed_hash, clock) as plane:
        with pytest.raises(DistrictDown):
            await plane.ping()
        with pytest.raises(DistrictDown):
            async with plane.unit(DISTRICT):
                pass
        with pytest.raises(DistrictDown):
            await plane.catalogue()
        with pytest.raises(DistrictDown):
            await PortalReadsOnPostgres(plane, keyed_hash).audit_trail(MFI, [DISTRICT], "1")


async def test_a_channel_plane_that_nobody_serves_is_down(sealer: Sealer) -> None:
    with pytest.raises(ChannelPlaneDown):
        async with ChannelOnPostgres.opened(ChannelConnections(NOBODY), sealer):
            pass


async def test_both_planes_are_down_while_their_server_is_and_back_when_it_is(
    own_server: EmbeddedPostgres, tmp_path: Path, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> None:
    url = own_server.url()
    async with (
        RecordOnPostgres.opened(RecordConnections(url), sealer, keyed_hash, clock) as record,
        ChannelOnPostgres.opened(ChannelConnections(url), sealer) as channel,
    ):
        await lay_ground(record)
        known = await record.catalogue()
        await channel.ping()
        await own_server.stop()

        with pytest.raises(DistrictDown):
            async with record.unit(DISTRICT) as unit:
                await unit.business_date()
        with pytest.raises(ChannelPlaneDown):
            await channel.directory.phone(b"p" * 32)
        record._catalogue._fresh_until = 0.0
        assert await record.catalogue() == known

        again = await EmbeddedPostgres.start(tmp_path / "data")
        try:
            await channel.ping()
            async with record.unit(DISTRICT) as unit:
                assert await unit.business_date() == TODAY
        finally:
            await record.close()
            await again.stop()


async def test_a_statement_that_takes_too_long_is_a_district_that_is_down(hasty_record: RecordOnPostgres) -> None:
    borrower = a_borrower()
    async with hasty_record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.commit()

    async with hasty_record.unit(DISTRICT) as holder:
        await holder.borrowers.get(borrower.id, lock=True)
        with within(0.8), pytest.raises(DistrictDown):
            async with hasty_record.unit(DISTRICT) as waiter:
                await waiter.borrowers.get(borrower.id, lock=True)


async def test_a_server_that_is_stopped_but_not_dead_keeps_nobody_waiting(
    hasty_record: RecordOnPostgres, database_url: str
) -> None:
    observer = await asyncpg.connect(database_url)
    async with hasty_record.unit(DISTRICT) as unit:
        await unit.business_date()
        backend = await observer.fetchval(
            "select pid from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"
        )
        await observer.close()
        with frozen(backend), within(1.5), pytest.raises(DistrictDown):
            await unit.business_date()

    async with hasty_record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY


async def test_a_connection_that_the_server_closed_is_not_given_to_a_caller(
    hasty_record: RecordOnPostgres, database_url: str
) -> None:
    async with hasty_record.unit(DISTRICT) as unit:
        await unit.business_date()
    observer = await asyncpg.connect(database_url)
    ended = await observer.fetchval(
        "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity "
        "where application_name = 'letsema' and datname = current_database()"
    )
    await observer.close()
    await asyncio.sleep(0.05)  # for the word of it to arrive

    async with hasty_record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY
    assert ended


FAREWELL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


def bid_farewell(driver: Any) -> None:
    """What it reads when its server goes down, before the end of the line: for a moment the connection looks open."""
    driver._protocol.data_received(b"E" + struct.pack("!I", len(FAREWELL) + 4) + FAREWELL)


async def test_a_record_connection_whose_server_has_said_farewell_is_a_district_that_is_down(
    hasty_record: RecordOnPostgres,
) -> None:
    async with hasty_record.unit(DISTRICT) as unit:
        await unit.business_date()
        for driver in [driver for node in hasty_record.nodes.all for driver in node._drivers]:
            bid_farewell(driver)
        with pytest.raises(DistrictDown):
            await unit.business_date()

    async with hasty_record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY


@pytest.fixture
async def channel_pool(database_url: str) -> AsyncIterator[ChannelPool]:
    """Of one connection."""
    pool = ChannelPool(ChannelConnections(database_url, connections_max=1))
    await pool.open()
    yield pool
    await pool.close()


async def test_a_channel_connection_whose_server_has_said_farewell_is_a_plane_that_is_down(
    channel_pool: ChannelPool,
) -> None:
    async with channel_pool.transaction() as connection:
        proxy: Any = connection
        driver = proxy._con
    bid_farewell(driver)

    with pytest.raises(ChannelPlaneDown):
        await channel_pool.row("select 1")

    assert await channel_pool.row("select 1")


async def test_what_cannot_be_sent_is_a_mistake_and_no_outage(channel_pool: ChannelPool, database_url: str) -> None:
    """Taken for an outage it would be tried again for ever."""
    with pytest.raises(asyncpg.DataError, match="out of int32 range") as told:
        await channel_pool.row("select $1::int", 2**40)
    assert fault_of(told.value) is Fault.BUG

    engine = create_async_engine(database_url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as wrapped:
            await connection.execute(text("select cast(:n as int)"), {"n": 2**40})
    await engine.dispose()
    assert fault_of(wrapped.value) is Fault.BUG


@pytest.fixture
async def limited_url(database_url: str) -> AsyncIterator[str]:
    """The database for a role whose connections can be limited: for an owner no limit holds."""
    owner = await asyncpg.connect(database_url)
    name = f"limited_{uuid4().hex}"
    await owner.execute(f"create role {name} login in role {APP_ROLE}")
    yield f"postgresql://{name}@{database_url.partition('@')[2]}"
    await owner.execute(f"drop role {name}")
    await owner.close()


async def test_a_server_that_takes_no_more_connections_keeps_those_that_it_has(
    hasty_record: RecordOnPostgres,
    database_url: str,
    limited_url: str,
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> None:
    """One connection is lost and the look after it is refused: the server lives, and so do the others."""
    owner = await asyncpg.connect(database_url)
    name = limited_url.partition("//")[2].partition("@")[0]
    connections = RecordConnections(limited_url, connect_timeout_seconds=5.0)
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        async with plane.unit(DISTRICT) as kept:
            await kept.business_date()
            (first,) = await owner.fetch("select pid from pg_stat_activity where usename = $1", name)
            async with plane.unit(DISTRICT) as lost:
                await lost.business_date()
                await owner.execute(f"alter role {name} connection limit 1")
                await owner.fetch(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1 and pid <> $2",
                    *(name, first["pid"]),
                )
                with pytest.raises(DistrictDown):
                    await lost.business_date()
            while plane.nodes.watch.suspects:
                await asyncio.sleep(0.01)

            assert await kept.business_date() == TODAY
        await owner.execute(f"alter role {name} connection limit -1")
    await owner.close()


async def test_a_frozen_channel_plane_keeps_nobody_waiting(database_url: str, sealer: Sealer) -> None:
    connections = ChannelConnections(
        database_url, connections_max=1, connect_timeout_seconds=0.3, call_timeout_seconds=0.5
    )
    async with ChannelOnPostgres.opened(connections, sealer) as channel:
        await channel.ping()
        observer = await asyncpg.connect(database_url)
        backend = await observer.fetchval(
            "select pid from pg_stat_activity where application_name = 'letsema' and datname = current_database()"
        )
        await observer.close()
        with frozen(backend), within(1.5), pytest.raises(ChannelPlaneDown):
            await channel.directory.phone(b"p" * 32)

        assert await channel.directory.phone(b"p" * 32) is None


async def test_a_district_cannot_take_the_connections_of_the_others(hasty_record: RecordOnPostgres) -> None:
    await hasty_record.open_district("LS-B", TODAY)
    async with hasty_record.unit(DISTRICT), hasty_record.unit(DISTRICT):
        with within(1.0), pytest.raises(DistrictDown):
            async with hasty_record.unit(DISTRICT):
                pass
        async with hasty_record.unit("LS-B") as unit:
            assert await unit.business_date() == TODAY


async def test_two_that_wait_for_each_other_are_told_apart_by_a_conflict(
    record_plane: RecordOnPostgres,
) -> None:
    await lay_ground(record_plane)
    borrowers = [a_borrower(), a_borrower()]
    async with record_plane.unit(DISTRICT) as unit:
        for borrower in borrowers:
            await unit.borrowers.add(borrower)
        await unit.commit()
    both_hold = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with record_plane.unit(DISTRICT) as unit:
            await unit.borrowers.get(borrowers[first].id, lock=True)
            await both_hold.wait()
            await unit.borrowers.get(borrowers[second].id, lock=True)

    results = await asyncio.gather(lock(0, 1), lock(1, 0), return_exceptions=True)

    assert [type(result) for result in results if result is not None] == [Conflict]


async def test_a_cancelled_unit_gives_its_connection_and_slot_back(hasty_record: RecordOnPostgres) -> None:
    async def hold() -> None:
        async with hasty_record.unit(DISTRICT) as unit:
            await unit.business_date()
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    async with hasty_record.unit(DISTRICT), hasty_record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY


@pytest.mark.parametrize("database_url", ON_EACH_ENGINE, indirect=True)
async def test_what_is_past_its_time_is_purged(channel_plane: ChannelOnPostgres, database_url: str) -> None:
    from datetime import timedelta

    from tests.storage.contracts.test_channel_conversations import CALLER, EXPIRY, a_draft, a_turn
    from tests.storage.contracts.test_channel_intake import a_message

    save = channel_plane.conversations.save
    await save(a_turn(), expected_turn=None, expected_claim=None, draft=a_draft())
    lasting = a_turn(session="s2", expires_at=EXPIRY + timedelta(days=400))
    await save(lasting, expected_turn=None, expected_claim=None)
    await channel_plane.messages.add(a_message(provider="p", provider_id="1"))

    assert await channel_plane.purge_expired(NOW, 10) == 0
    assert await channel_plane.purge_expired(EXPIRY, 10) == 2
    assert await channel_plane.purge_expired(NOW + timedelta(days=400), 10) == 2
    assert (await channel_plane.conversations.load(CALLER, "*384*555#", "s2", EXPIRY)).turn == lasting
    assert not await channel_plane.messages.of_caller(CALLER, 10)
