"""Making a backup of the embedded database, while everybody goes on working."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from core.ports.environment import Clock
from letsema.backups.manifest import BackupProblem, Manifest, dump_of
from letsema.databases import DATABASE, Databases, Embedded, open_databases
from letsema.demo.directory import is_demo
from letsema.keys.keyring import Keyring
from letsema.settings import Settings
from storage.embedded import NothingRunsHere
from storage.embedded.directory import DataDirectory
from storage.embedded.dumping import dump
from storage.embedded.wheel import POSTGRESQL_MAJOR
from storage.postgres.migrating import revisions


async def back_up(settings: Settings, folder: Path, clock: Clock) -> Manifest:
    """Write a backup of both planes, as they are at one moment, to a new folder: complete, or not there at all.

    Raises `BackupProblem`, `DataDirectoryProblem`, `WrongSettingError`.
    """
    _refuse_other_databases(settings)
    _refuse_what_is_there(folder)
    keyring = Keyring.from_settings(settings)
    if not DataDirectory.at(settings.data_dir).holds_a_database:
        raise NothingRunsHere(settings.data_dir)  # to start a server would make an empty one
    unfinished = _room_beside(folder)
    try:
        async with open_databases(settings, Embedded.SHARE) as databases:
            manifest = await _written(settings, databases, unfinished, keyring, clock)
        await asyncio.to_thread(_finish, unfinished, folder)
    except OSError as error:
        raise _cannot_be_written(folder, error) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


async def _written(settings: Settings, databases: Databases, folder: Path, keyring: Keyring, clock: Clock) -> Manifest:
    server = databases.server
    if server is None:
        raise RuntimeError("no database was named, so it is the embedded one")
    made_at = clock.now()
    found = {plane.value: await revisions(plane, databases.owner(plane)) for plane in databases.on_postgres}
    await dump(server, DATABASE, dump_of(folder))
    manifest = await asyncio.to_thread(
        Manifest.of,
        folder,
        made_at=made_at,
        postgresql=POSTGRESQL_MAJOR,
        revisions={plane: one.current for plane, one in found.items() if one.current is not None},
        keyring=keyring,
        demo=is_demo(settings.data_dir),
    )
    manifest.write(folder)
    return manifest


def _refuse_other_databases(settings: Settings) -> None:
    if settings.record_url is not None:
        raise BackupProblem(
            "LETSEMA_RECORD_URL names the database, and `letsema db backup` saves the embedded one: "
            "docs/replication.md says how the others are saved."
        )


def _refuse_what_is_there(folder: Path) -> None:
    if folder.exists():
        raise BackupProblem(f"{folder} is there already: a backup is written to a new folder.")


def _room_beside(folder: Path) -> Path:
    """A new folder on the same disk, for this backup alone: another one of that name may be under way.

    Raises `BackupProblem`.
    """
    try:
        with suppress(FileExistsError):
            folder.parent.mkdir(parents=True)
        return Path(mkdtemp(prefix=f"{folder.name}.", suffix=".unfinished", dir=folder.parent))
    except OSError as error:
        raise _cannot_be_written(folder, error) from None


def _cannot_be_written(folder: Path, error: OSError) -> BackupProblem:
    return BackupProblem(f"{folder} cannot be written: {error.strerror}.")


def _finish(unfinished: Path, folder: Path) -> None:
    """Have it on the disk before it has its name: a machine may stop at any moment."""
    for path in (*unfinished.iterdir(), unfinished):
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)
    unfinished.rename(folder)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
