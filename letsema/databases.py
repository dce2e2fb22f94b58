"""Where the two planes' databases are: those that the settings name, or the embedded one of the data directory.

Each plane is bound by itself: the channel plane to Cassandra or PostgreSQL, whatever the record plane is on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from letsema.channel_cluster import channel_cluster
from letsema.setting_values import WrongSettingError
from letsema.settings import Settings
from storage.cassandra.addresses import CassandraAddress
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.examining import examine_nodes
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import DatabaseUnreachable, Plane, check, upgrade

DATABASE: Final = "letsema"
APP_ROLE: Final = "letsema_app"


class Embedded(Enum):
    """What to do about the data directory's server when the settings name no database."""

    OWN = auto()
    """Start it, and stop it at the end; somebody else's is a refusal."""
    SHARE = auto()
    """Join the one that runs; with none, own it."""
    JOIN = auto()
    """Join the one that runs; none is a refusal."""


@dataclass(frozen=True, slots=True)
class Databases:
    """Addresses of the planes, as the product works on them and as their owner migrates them. `repr` shows none.

    server: the embedded server, when that is what they are on. cluster: the Cassandra cluster that keeps the channel
    plane instead of `channel`, as the product enters it, and cluster_owner as its owner does. record_nodes: the record
    plane on those nodes of Citus that are not the coordinator. channel_nodes: the channel plane's database on its other
    nodes, or its standbys.
    """

    record: str = field(repr=False)
    channel: str = field(repr=False)
    record_owner: str | None = field(repr=False)
    channel_owner: str | None = field(repr=False)
    server: EmbeddedPostgres | None = None
    cluster: CassandraAddress | None = None
    cluster_owner: CassandraAddress | None = None
    record_nodes: tuple[str, ...] = field(default=(), repr=False)
    channel_nodes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def on_postgres(self) -> tuple[Plane, ...]:
        """The planes that PostgreSQL keeps."""
        return tuple(Plane) if self.cluster is None else (Plane.RECORD,)

    def owner(self, plane: Plane) -> str:
        """The owner's address. Raises `WrongSettingError` when the settings do not have it."""
        url = self.record_owner if plane is Plane.RECORD else self.channel_owner
        if url is None:
            raise WrongSettingError("LETSEMA_OWNER_URL is missing: migrations are run by the database's owner.")
        return url

    def app(self, plane: Plane) -> str:
        """The address as the product works on it."""
        return self.record if plane is Plane.RECORD else self.channel


@asynccontextmanager
async def open_databases(settings: Settings, embedded: Embedded) -> AsyncIterator[Databases]:
    """The planes' databases, for as long as they are needed.

    Raises `DataDirectoryProblem` for the embedded one, `WrongSettingError` for what does not go together.
    """
    cluster, owner_of_cluster = channel_cluster(settings), channel_cluster(settings, as_owner=True)
    async with open_on_postgres(settings, embedded) as databases:
        yield replace(databases, cluster=cluster, cluster_owner=owner_of_cluster)


@asynccontextmanager
async def open_on_postgres(settings: Settings, embedded: Embedded) -> AsyncIterator[Databases]:
    """The same without regard to Cassandra, as if PostgreSQL kept both planes. Raises as `open_databases` does."""
    if settings.record_url is not None:
        yield named_databases(settings)
        return
    if settings.channel_url is not None:
        raise WrongSettingError(
            "LETSEMA_CHANNEL_URL is set and LETSEMA_RECORD_URL is not: name both, or the second alone."
        )
    if settings.record_nodes:
        raise WrongSettingError("LETSEMA_RECORD_NODES is set and LETSEMA_RECORD_URL, the coordinator, is not.")
    if settings.channel_nodes:
        raise WrongSettingError("LETSEMA_CHANNEL_NODES is set and LETSEMA_RECORD_URL is not: name both databases.")
    server = await _embedded_server(settings.data_dir, embedded)
    try:
        owner, app = server.url(DATABASE), server.url(DATABASE, APP_ROLE)
        if server.is_owner:
            await server.ensure_database(DATABASE)
        yield Databases(app, app, owner, owner, server)
    finally:
        await server.stop()


async def migrate(databases: Databases) -> None:
    """Bring both planes to this release's schema. Raises `SchemaProblem`, `ChannelClusterProblem`.

    The cluster is looked at first, so that one that is not there leaves the record plane as it was.
    """
    owner = databases.cluster_owner
    if owner is None:
        await _migrate_on_postgres(databases)
        return
    from storage.cassandra import migrating as cassandra_schema  # its driver is slow to import: only where it is used

    await cassandra_schema.check_servers(owner)
    await _migrate_on_postgres(databases)
    await cassandra_schema.upgrade(owner)


async def _migrate_on_postgres(databases: Databases) -> None:
    for plane in databases.on_postgres:
        await upgrade(plane, databases.owner(plane))


async def check_schemas(databases: Databases) -> None:
    """Raise the problem that keeps this release from working on the planes, if there is one.

    Raises `SchemaProblem`, `ChannelClusterProblem`.
    """
    for plane in databases.on_postgres:
        await check_plane(databases, plane)
    if databases.cluster is not None:
        await check_channel_cluster(databases.cluster)


async def check_plane(databases: Databases, plane: Plane) -> None:
    """Of a plane on PostgreSQL. Raises `SchemaProblem`."""
    nodes = databases.record_nodes if plane is Plane.RECORD else databases.channel_nodes
    await _check_on_any(plane, (databases.app(plane), *nodes))


async def examine_channel_nodes(databases: Databases) -> Sequence[tuple[str, str]]:
    """Each node's address, of a channel plane that has several, and what is to be done about it; nothing is ""."""
    if not databases.channel_nodes:
        return ()
    return await examine_nodes(ChannelConnections(databases.channel, databases.channel_nodes))


async def check_channel_cluster(cluster: CassandraAddress) -> None:
    """Of the channel plane on Cassandra. Raises `ChannelClusterProblem`."""
    from storage.cassandra import migrating as cassandra_schema

    await cassandra_schema.check(cluster)


async def _check_on_any(plane: Plane, urls: Sequence[str]) -> None:
    """Every node knows the schema's revision: one that is down keeps nobody from starting."""
    *firsts, last = urls
    for url in firsts:
        try:
            return await check(plane, url)
        except DatabaseUnreachable:
            continue
    return await check(plane, last)


async def _embedded_server(data_directory: Path, embedded: Embedded) -> EmbeddedPostgres:
    ways = {
        Embedded.OWN: EmbeddedPostgres.start,
        Embedded.SHARE: EmbeddedPostgres.join_or_start,
        Embedded.JOIN: EmbeddedPostgres.join,
    }
    return await ways[embedded](data_directory)


def named_databases(settings: Settings) -> Databases:
    """The databases that the settings name; empty addresses where they name none."""
    record, owner = _plain(settings.record_url), _plain(settings.owner_url)
    channel = _plain(settings.channel_url) or record
    record_nodes = _others(settings.record_nodes, record)
    return Databases(
        record=record or "",
        channel=channel or "",
        record_owner=owner,
        channel_owner=_plain(settings.channel_owner_url) or owner,
        record_nodes=record_nodes,
        # A database that keeps both planes keeps both on every node.
        channel_nodes=_others(settings.channel_nodes, channel) or (record_nodes if channel == record else ()),
    )


def _others(nodes: Sequence[SecretStr], first: str | None) -> tuple[str, ...]:
    return tuple(node for node in map(_plain, nodes) if node and node != first)


def _plain(url: SecretStr | None) -> str | None:
    """The address as asyncpg reads it: without a driver in its scheme."""
    return url.get_secret_value().replace("postgresql+asyncpg://", "postgresql://", 1) if url else None
