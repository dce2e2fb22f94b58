"""Making a data directory out of a backup: complete, or not at all, and never over one that holds a database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from letsema.backups.manifest import BackupProblem, Manifest, dump_of
from letsema.channel_cluster import channel_cluster
from letsema.databases import APP_ROLE, DATABASE, Databases, migrate
from letsema.demo.directory import is_demo, keys_directory, mark_as_demo, mark_history_complete
from letsema.keys.keyring import Keyring
from letsema.settings import ChannelStore, Settings, load_settings
from storage.cassandra.addresses import CassandraAddress
from storage.embedded import EmbeddedPostgres
from storage.embedded.directory import DataDirectory
from storage.embedded.dumping import load
from storage.embedded.wheel import POSTGRESQL_MAJOR

_WORKSHOP: Final = "restoring"
"""The folder in the data directory where the database is made: on the same disk, so that a rename ends it."""


async def restore(folder: Path, settings: Settings) -> Manifest:
    """Fill the settings' data directory, and bring the schema to this release's.

    Raises `BackupProblem`, `DataDirectoryProblem`, `SchemaProblem`, `WrongSettingError`; the directory then still
    holds no database.
    """
    manifest = Manifest.read(folder)
    directory = DataDirectory.at(settings.data_dir)
    _refuse_what_does_not_fit(manifest, settings, directory)
    await asyncio.to_thread(manifest.check_dump, folder)
    with _owned(directory):
        if manifest.demo:
            mark_as_demo(directory.path)  # before anything is in it, so that `serve` never takes it for real
        workshop = DataDirectory.at(directory.path / _WORKSHOP)
        await _filled(workshop.path, dump_of(folder), channel_cluster(settings))
        await asyncio.to_thread(_move_in, workshop, directory)
        if manifest.demo:
            mark_history_complete(directory.path)
    return manifest


def settings_to_restore(folder: Path, data_directory: Path | None) -> Settings:
    """The settings, for the embedded database alone; of a demo's backup with the keys that lie in its directory.

    Raises `BackupProblem`, `WrongSettingError`.
    """
    given = {} if data_directory is None else {"data_dir": data_directory}
    settings = load_settings(**given)
    if settings.record_url is not None:
        raise BackupProblem(
            "LETSEMA_RECORD_URL names a database, and `letsema db restore` makes the embedded one: unset it."
        )
    keys = keys_directory(settings.data_dir)
    if Manifest.read(folder).demo and keys.is_dir():
        return load_settings(secrets_directory=keys, data_dir=settings.data_dir)
    return settings


def _refuse_what_does_not_fit(manifest: Manifest, settings: Settings, directory: DataDirectory) -> None:
    if directory.holds_a_database:
        raise BackupProblem(
            f"{directory.path} holds a database already: name another directory, or move that one away."
        )
    if is_demo(directory.path) and not manifest.demo:
        raise BackupProblem(f"{directory.path} is a demo's, and the backup is not: name another directory.")
    if manifest.postgresql > POSTGRESQL_MAJOR:
        raise BackupProblem(
            f"The backup is of PostgreSQL {manifest.postgresql}, and this Letsema runs {POSTGRESQL_MAJOR}: "
            "restore it with the release that made it, or a later one."
        )
    if settings.channel_store is ChannelStore.POSTGRES and "channel" not in manifest.revisions:
        raise BackupProblem("The backup was made beside a channel plane on Cassandra: set LETSEMA_CHANNEL_STORE so.")
    manifest.check_keys(Keyring.from_settings(settings))


@contextmanager
def _owned(directory: DataDirectory) -> Iterator[None]:
    """Nobody starts a database in the directory meanwhile."""
    with directory.explained():
        directory.path.mkdir(mode=0o711, parents=True, exist_ok=True)
    ownership = directory.own()
    try:
        yield
    finally:
        ownership.release()


async def _filled(workshop: Path, dump: Path, cluster: CassandraAddress | None) -> None:
    """A whole, stopped database in the workshop; what an attempt that was killed left there is used again.

    cluster: what keeps the channel plane instead. It is not gone to: the record plane alone is brought back.
    """
    server = await EmbeddedPostgres.start(workshop)
    try:
        await _prepared(server)
        await load(server, DATABASE, dump)
        owner, app = server.url(DATABASE), server.url(DATABASE, APP_ROLE)
        await migrate(Databases(app, app, owner, owner, server, cluster))
    finally:
        await server.stop()


async def _prepared(server: EmbeddedPostgres) -> None:
    """An empty database, and the role that the dump grants to: roles belong to no database, so no dump has them."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(f"drop database if exists {DATABASE} with (force)")
        if not await connection.fetchval("select true from pg_roles where rolname = $1", APP_ROLE):
            await connection.execute(f"create role {APP_ROLE} login")
    finally:
        await connection.close()
    await server.ensure_database(DATABASE)


def _move_in(workshop: DataDirectory, directory: DataDirectory) -> None:
    """The rename is the moment from which there is a database; the stamp after it says what it says anyway."""
    with directory.explained():
        workshop.cluster.rename(directory.cluster)
        directory.make()
        shutil.rmtree(workshop.path)
