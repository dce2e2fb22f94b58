"""The two planes, bound to the engines that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from core.ports.channel import ChannelPlane
from core.ports.environment import Clock, KeyedHash, Sealer
from core.ports.reads import PortalReads
from core.ports.record import Record
from letsema.databases import Databases
from letsema.settings import Settings
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.reads.plane import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres

Purge = Callable[[], Awaitable[int]]

_PURGED_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Planes:
    """Both planes and the portal's reads. `purge` removes what is past its time, a batch a call."""

    record: Record
    channel: ChannelPlane
    reads: PortalReads
    purge: Purge


@asynccontextmanager
async def open_planes(
    settings: Settings, databases: Databases, keyed_hash: KeyedHash, sealer: Sealer, clock: Clock
) -> AsyncIterator[Planes]:
    """Connect both planes, until left. Raises `ChannelPlaneDown` when that one does not answer."""
    async with (
        open_record(settings, databases, keyed_hash, sealer, clock) as record,
        open_channel(settings, databases, sealer, clock) as (channel, purge),
    ):
        yield Planes(record, channel, PortalReadsOnPostgres(record, keyed_hash), purge)


@asynccontextmanager
async def open_record(
    settings: Settings, databases: Databases, keyed_hash: KeyedHash, sealer: Sealer, clock: Clock
) -> AsyncIterator[RecordOnPostgres]:
    """The record plane, until left. It connects when it is first asked."""
    connections = RecordConnections(
        databases.record, other_urls=databases.record_nodes, connections_max=settings.record_connections
    )
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as record:
        yield record


@asynccontextmanager
async def open_channel(
    settings: Settings, databases: Databases, sealer: Sealer, clock: Clock
) -> AsyncIterator[tuple[ChannelPlane, Purge]]:
    """The channel plane and what removes its rows that are past their time. Raises `ChannelPlaneDown`."""
    if databases.cluster is not None:
        from storage.cassandra.plane import ChannelOnCassandra  # its driver is slow to import: only where it is used

        async with ChannelOnCassandra.opened(databases.cluster, sealer, clock) as cassandra:
            yield cassandra, _nothing_to_purge
        return
    connections = ChannelConnections(
        databases.channel, other_urls=databases.channel_nodes, connections_max=settings.channel_connections
    )
    async with ChannelOnPostgres.opened(connections, sealer) as postgres:

        async def purge() -> int:
            return await postgres.purge_expired(clock.now(), _PURGED_AT_ONCE)

        yield postgres, purge


async def _nothing_to_purge() -> int:
    """On Cassandra every row that ends has a time to live."""
    return 0
