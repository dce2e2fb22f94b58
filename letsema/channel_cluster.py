"""The Cassandra cluster of the channel plane, as the settings describe it; none where PostgreSQL keeps the plane."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from letsema.setting_values import WrongSettingError
from letsema.settings import ChannelStore, Settings, variable
from storage.cassandra.addresses import PORT, CassandraAddress, Credentials, Tls


def channel_cluster(settings: Settings, *, as_owner: bool = False) -> CassandraAddress | None:
    """The cluster, entered as the product does or as its owner. Raises `WrongSettingError`.

    Where no owner is named the product's own role is taken: a cluster without authentication has neither.
    """
    if problems := [*_problems(settings)]:
        raise WrongSettingError("Wrong setting: " + "; ".join(problems) + ".")
    if settings.channel_store is ChannelStore.POSTGRES:
        return None
    username, password = settings.cassandra_username, settings.cassandra_password
    if as_owner and settings.cassandra_owner_username:
        username, password = settings.cassandra_owner_username, settings.cassandra_owner_password
    return CassandraAddress(
        contact_points=tuple(map(_host_and_port, settings.cassandra_contact_points)),
        datacenter=settings.cassandra_datacenter,
        keyspace=settings.cassandra_keyspace,
        replication=settings.cassandra_replication,
        credentials=Credentials(username, password.get_secret_value()) if username else None,
        tls=_tls(settings),
    )


def _problems(settings: Settings) -> Iterator[str]:
    """Settings that are each right and do not go together."""
    if settings.channel_store is ChannelStore.POSTGRES:
        if settings.cassandra_contact_points:
            yield "LETSEMA_CASSANDRA_CONTACT_POINTS is set and LETSEMA_CHANNEL_STORE is not cassandra"
        return
    for field in ("channel_url", "channel_nodes", "channel_owner_url"):
        if getattr(settings, field):
            yield f"{variable(field)} is set and LETSEMA_CHANNEL_STORE is cassandra"
    for field in ("cassandra_contact_points", "cassandra_datacenter"):
        if not getattr(settings, field):
            yield f"{variable(field)} is missing, and LETSEMA_CHANNEL_STORE is cassandra"
    yield from _credential_problems(settings)
    yield from _file_problems(settings)


def _credential_problems(settings: Settings) -> Iterator[str]:
    for who in ("cassandra", "cassandra_owner"):
        username: str = getattr(settings, f"{who}_username")
        password: SecretStr = getattr(settings, f"{who}_password")
        if bool(username) != bool(password.get_secret_value()):
            yield f"{variable(f'{who}_username')} and {variable(f'{who}_password')} go together"


def _file_problems(settings: Settings) -> Iterator[str]:
    if (settings.cassandra_certificate_file is None) != (settings.cassandra_key_file is None):
        yield "LETSEMA_CASSANDRA_CERTIFICATE_FILE and LETSEMA_CASSANDRA_KEY_FILE go together"
    if settings.cassandra_certificate_file is not None and settings.cassandra_ca_file is None:
        yield "LETSEMA_CASSANDRA_CERTIFICATE_FILE needs LETSEMA_CASSANDRA_CA_FILE"
    for field in ("cassandra_ca_file", "cassandra_certificate_file", "cassandra_key_file"):
        file: Path | None = getattr(settings, field)
        if file is not None and not file.is_file():
            yield f"{variable(field)} is not a file"


def _tls(settings: Settings) -> Tls | None:
    if settings.cassandra_ca_file is None:
        return None
    return Tls(settings.cassandra_ca_file, settings.cassandra_certificate_file, settings.cassandra_key_file)


def _host_and_port(node: str) -> tuple[str, int]:
    parts = urlsplit(f"//{node}")
    return parts.hostname or "", parts.port or PORT
