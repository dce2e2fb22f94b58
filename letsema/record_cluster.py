"""The Citus cluster of the record plane, as the settings describe it: whom to ask, and which planes lie on it."""

from __future__ import annotations

from letsema.databases import Databases, named_databases
from letsema.setting_values import WrongSettingError
from letsema.settings import ChannelStore, Settings
from storage.postgres.citus.watching import ClusterStatus, cluster_status
from storage.postgres.migrating import DatabaseUnreachable, Plane


def coordinator_url(settings: Settings) -> str:
    """The coordinator, entered as the owner. Raises `WrongSettingError`."""
    if settings.owner_url is None:
        raise WrongSettingError(
            "LETSEMA_OWNER_URL is missing: it leads to the record plane's database on the cluster's coordinator, "
            "as a superuser."
        )
    return named_databases(settings).owner(Plane.RECORD)


def planes_on_cluster(settings: Settings) -> tuple[Plane, ...]:
    """The record plane, and the channel plane where it shares that database: else it is somewhere else."""
    databases = named_databases(settings)
    if settings.channel_store is ChannelStore.CASSANDRA or not _share(databases, settings):
        return (Plane.RECORD,)
    return tuple(Plane)


def urls_to_ask(settings: Settings) -> tuple[str, ...]:
    """Nodes that know how the cluster stands, in the order in which they are asked. Raises `WrongSettingError`."""
    databases = named_databases(settings)
    urls = (databases.record_owner or databases.record, *databases.record_nodes)
    if not urls[0]:
        raise WrongSettingError(
            "LETSEMA_RECORD_URL is missing: the embedded database is one server, and there is no cluster to look at."
        )
    return urls


async def ask_status(settings: Settings) -> ClusterStatus:
    """How the cluster stands, from the first node that answers.

    Raises `WrongSettingError`, `DatabaseUnreachable`, `ClusterProblem`.
    """
    *others, last = urls_to_ask(settings)
    for url in others:
        try:
            return await cluster_status(url)
        except DatabaseUnreachable:
            continue
    return await cluster_status(last)


def _share(databases: Databases, settings: Settings) -> bool:
    if settings.channel_owner_url is not None and databases.channel_owner != databases.record_owner:
        return False
    return settings.channel_url is None or databases.channel == databases.record
