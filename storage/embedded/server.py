"""One embedded PostgreSQL on one data directory: made, started, adopted, joined, stopped.

A directory has one owner, the process that started or adopted its server; others join. Files never decide who is
alive, the kernel does: a lock for the owner, the process table for the server. So any of them may be killed at any
moment, and the next start puts things right.
"""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import asyncpg
import psutil
import structlog

from storage.embedded import processes
from storage.embedded.cluster import ENVIRONMENT, last_complaint, make_cluster
from storage.embedded.directory import DataDirectory, Ownership
from storage.embedded.errors import (
    DataDirectoryInUse,
    DataDirectoryProblem,
    DataDirectoryUnusable,
    NothingRunsHere,
    PostgresDidNotStart,
)
from storage.embedded.processes import Postmaster
from storage.embedded.settings import PORT, SUPERUSER, server_arguments, socket_directory
from storage.embedded.system_user import SystemUser
from storage.embedded.wheel import binary

_READY_TIMEOUT_SECONDS: Final = 60  # a crash with much unwritten work takes long to recover from
_POLL_SECONDS: Final = 0.02
_WATCH_SECONDS: Final = 0.5
_TRY_AGAIN_SECONDS: Final = 5.0
_LOG_BYTES_MAX: Final = 10 * 2**20

log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """A running server. Made by `start`, `join` or `join_or_start`, never directly."""

    def __init__(self, directory: DataDirectory, ownership: Ownership | None) -> None:
        self._directory = directory
        self._ownership = ownership
        self._socket_directory = directory.cluster
        self._postmaster: psutil.Process | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    @classmethod
    async def start(cls, data_directory: Path) -> Self:
        """Own the directory and have its server running: made on the first start, adopted when an owner died.

        Raises `DataDirectoryProblem`, as its subclasses say.
        """
        starting = asyncio.ensure_future(asyncio.to_thread(cls._start, DataDirectory.at(data_directory)))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await (await starting).stop()  # else a server would go on that nobody holds
            raise

    @classmethod
    async def join(cls, data_directory: Path) -> Self:
        """Use the server that runs there, without owning it: `stop` leaves it running. Waits for one that starts.

        Raises `NothingRunsHere` when no server runs and nobody starts one; else as `start` does.
        """
        return await asyncio.to_thread(cls._join, DataDirectory.at(data_directory))

    @classmethod
    async def join_or_start(cls, data_directory: Path) -> Self:
        """Own the directory, or join its owner. For commands that need a database for a moment, whoever else runs.

        Who joined such a short-lived owner loses the server when that one ends.
        """
        try:
            return await cls.start(data_directory)
        except DataDirectoryInUse:
            return await cls.join(data_directory)

    @property
    def is_owner(self) -> bool:
        """Whether `stop` stops the server."""
        return self._ownership is not None

    def url(self, database: str = "letsema", role: str | None = None) -> str:
        """A `postgresql://` URL over the unix socket, for asyncpg and (with its own scheme) SQLAlchemy.

        Role None is the superuser. Roles need no password: the folder of the socket is private.
        """
        host = quote(str(self._socket_directory), safe="/")
        return f"postgresql://{quote(role or SUPERUSER)}@/{quote(database)}?host={host}&port={PORT}"

    async def ensure_database(self, name: str = "letsema") -> None:
        """Create an empty database, unless it is there."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            if not await connection.fetchval("select true from pg_database where datname = $1", name):
                await connection.execute(f"create database {_quoted(name)}")
        except asyncpg.DuplicateDatabaseError:
            pass  # somebody else was quicker
        finally:
            await connection.close()

    async def keep_running(self) -> None:
        """Start the server again whenever it dies, until `stop`: a task that an owner runs beside its work.

        One that cannot be started, on a full disk say, is tried again and again: the log tells what keeps it.
        """
        pause_seconds = _WATCH_SECONDS
        while self.is_owner:
            await asyncio.sleep(pause_seconds)
            try:
                await asyncio.to_thread(self._revive)
            except DataDirectoryProblem as problem:
                log.warning("embedded_server_not_started", problem=str(problem))
                pause_seconds = _TRY_AGAIN_SECONDS
            else:
                pause_seconds = _WATCH_SECONDS

    async def stop(self) -> None:
        """Stop the server and give up the directory, if it is ours; open transactions are rolled back. Repeatable."""
        await asyncio.to_thread(self._stop)

    @classmethod
    def _start(cls, directory: DataDirectory) -> Self:
        directory.check_version()
        directory.make()
        server = cls(directory, ownership := directory.own())
        try:
            with directory.explained():
                server._run()
        except BaseException:
            ownership.release()
            raise
        return server

    @classmethod
    def _join(cls, directory: DataDirectory) -> Self:
        directory.check_version()
        deadline = time.monotonic() + _READY_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with directory.explained():
                postmaster = Postmaster.of(directory.cluster)
            if postmaster is not None and postmaster.is_ready:
                server = cls(directory, ownership=None)
                server._socket_directory = postmaster.socket_directory
                return server
            if postmaster is None and not directory.is_owned():
                break
            time.sleep(_POLL_SECONDS)
        raise NothingRunsHere(directory.path)

    def _run(self) -> None:
        """Have the server running: keep the one that runs if it is as we would start it, else start one."""
        cluster = self._directory.cluster
        user = self._user()
        make_cluster(self._directory, user)
        self._socket_directory = socket_directory(self._directory, user)
        program, arguments = binary("postgres"), server_arguments(cluster, self._socket_directory)
        postmaster = Postmaster.of(cluster)
        if postmaster is not None and postmaster.is_ready and postmaster.runs_as([str(program), *arguments], cluster):
            self._postmaster = postmaster.process
            return
        if postmaster is not None:
            processes.stop(postmaster.process, cluster)
        processes.end_leftovers(cluster)
        # No server is left, whatever these say: the number may be a stranger's by now, or a zombie's.
        for left_behind in (cluster / "postmaster.pid", self._socket_directory / f".s.PGSQL.{PORT}.lock"):
            left_behind.unlink(missing_ok=True)
        self._launch(user.command(program, *arguments, reaches=[cluster, self._socket_directory]))

    def _launch(self, command: Sequence[str]) -> None:
        """Start the server and wait until it takes connections."""
        log_file = self._directory.log
        if log_file.exists() and log_file.stat().st_size > _LOG_BYTES_MAX:
            log_file.replace(log_file.with_suffix(".log.1"))
        log_file.touch(mode=0o600)
        with log_file.open("ab") as output:
            begin = output.tell()
            self._child = subprocess.Popen(  # noqa: S603 - our own arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                # Ctrl-C in the owner's terminal must not reach the server: the owner stops it after its own work.
                start_new_session=True,
            )
        if not self._becomes_ready(self._child):
            self._child.kill()
            self._reap()
            said = last_complaint(log_file.read_bytes()[begin:].decode(errors="replace"))
            path = self._directory.path
            raise PostgresDidNotStart(path, f"PostgreSQL did not start on {path}: {said} (its log: {log_file})")

    def _becomes_ready(self, child: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + _READY_TIMEOUT_SECONDS
        while time.monotonic() < deadline and child.poll() is None:
            postmaster = Postmaster.of(self._directory.cluster)
            if postmaster is not None and postmaster.is_ready:
                self._postmaster = postmaster.process
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _revive(self) -> None:
        with self._guard:
            if not self.is_owner or (self._postmaster is not None and processes.is_alive(self._postmaster)):
                return
            self._reap()
            with self._directory.explained():
                self._run()

    def _stop(self) -> None:
        with self._guard:
            if self._ownership is None:
                return
            if self._postmaster is not None:
                processes.stop(self._postmaster, self._directory.cluster)
            self._reap()
            self._ownership.release()
            self._ownership = None

    def _reap(self) -> None:
        """Take note that the server which we started has ended, else it stays in the process table."""
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _user(self) -> SystemUser:
        try:
            return SystemUser.for_cluster(self._directory.cluster)
        except LookupError as error:
            raise DataDirectoryUnusable(self._directory.path, f"{error}.") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
