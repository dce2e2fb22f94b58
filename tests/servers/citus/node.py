"""One PostgreSQL with Citus for tests: on loopback, in its own directory. It may be killed, frozen, started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import pytest

from storage.embedded.cluster import ENVIRONMENT
from storage.embedded.processes import Postmaster, end_leftovers, processes_on
from storage.embedded.system_user import SystemUser
from tests.servers.ports import free_port

CURE: Final = (
    "install Citus 13 into a local PostgreSQL 15, 16 or 17 (docs.citusdata.com), "
    "or name a coordinator: LETSEMA_TEST_CITUS=postgresql://owner:password@host:5432/database"
)
OWNER: Final = "letsema_owner"
OWNER_PASSWORD: Final = "of the owner"
APP_PASSWORD: Final = "of the product"

_HOST: Final = "127.0.0.1"
_MAJORS: Final = (17, 16, 15)
_START_SECONDS_MAX: Final = 60.0
_STOP_SECONDS_MAX: Final = 20.0
_SETTINGS: Final = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "shared_preload_libraries": "citus",
    "shared_buffers": "32MB",
    "max_connections": "150",
    "max_prepared_transactions": "150",
    "wal_level": "logical",
    # A moved shard is copied by these; each database has a daemon of Citus's beside them.
    "max_worker_processes": "40",
    "max_logical_replication_workers": "12",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "max_wal_size": "256MB",
    # A test's database need not survive a power cut. It survives a killed server, so commits wait for the kernel.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Without it Citus makes certificates at its first start; these nodes are on one machine.
    "citus.node_conninfo": "sslmode=prefer",
    "citus.enable_statistics_collection": "off",
}


@cache
def programs() -> Path | None:
    """Where the newest PostgreSQL that has Citus keeps its programs; None where there is none."""
    folders = [Path(f"/usr/lib/postgresql/{major}/bin") for major in _MAJORS]
    if found := shutil.which("pg_config"):
        folders.append(Path(found).resolve().parent)
    return next(filter(_has_citus, folders), None)


def _has_citus(folder: Path) -> bool:
    if not all((folder / program).is_file() for program in ("pg_config", "postgres", "initdb")):
        return False
    command = [str(folder / "pg_config"), "--version", "--sharedir"]
    version, share = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    return int(version.split()[1].split(".")[0]) in _MAJORS and (Path(share) / "extension" / "citus.control").is_file()


class CitusNode:
    """A node. `directory` None: somebody else's, which is used and never stopped."""

    def __init__(
        self, host: str, port: int, *, owner: str = OWNER, password: str = OWNER_PASSWORD, directory: Path | None = None
    ) -> None:
        self.host = host
        self.port = port
        self.owner = owner
        self._password = password
        self._directory = directory
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def in_directory(cls, directory: Path) -> CitusNode:
        """A node on files that `make_files` made, on a free port."""
        return cls(_HOST, free_port(), directory=directory)

    @property
    def address(self) -> str:
        """As `letsema cluster init` takes it."""
        return f"{self.host}:{self.port}"

    @property
    def is_ours(self) -> bool:
        """Whether it may be killed and frozen."""
        return self._directory is not None

    def url(self, database: str) -> str:
        """The database on this node as its owner, a superuser."""
        return self._url(database, self.owner, self._password)

    def app_url(self, database: str) -> str:
        """The database on this node as the role that the product works as."""
        return self._url(database, "letsema_app", APP_PASSWORD)

    def start(self) -> None:
        """Start it on what it kept, on its port, and wait until it takes clients."""
        files = self._files()
        end_leftovers(files)
        (files / "postmaster.pid").unlink(missing_ok=True)
        if self._child is not None:
            self._child.wait()
        folder = programs()
        assert folder is not None
        arguments = ["-D", str(files), "-p", str(self.port)]
        for name, value in _SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        command = SystemUser.for_cluster(files).command(folder / "postgres", *arguments, reaches=[files])
        log = files.with_suffix(".log")
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        self._wait_until_ready(self._child, log)

    def kill(self) -> None:
        """As a power cut does: the server and all its sessions at once."""
        files = self._files()
        for process in _eldest_first(files):
            _signal(process, signal.SIGKILL)
        end_leftovers(files)
        self._reap()

    def freeze(self) -> None:
        """Stop it without killing it: its connections stay, new ones are taken by the kernel, and nothing answers."""
        frozen: set[int] = set()
        # The server first, so that it starts no more sessions; those that it was starting are found the second time.
        while fresh := [process for process in _eldest_first(self._files()) if process.pid not in frozen]:
            for process in fresh:
                _signal(process, signal.SIGSTOP)
                frozen.add(process.pid)

    def thaw(self) -> None:
        """Let it go on."""
        for process in _eldest_first(self._files()):
            _signal(process, signal.SIGCONT)

    def stop(self) -> None:
        """End it in order, or else at once."""
        self.thaw()
        if self._child is not None and (postmaster := Postmaster.of(self._files())) is not None:
            _signal(postmaster.process, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_STOP_SECONDS_MAX)
        self.kill()

    @property
    def is_up(self) -> bool:
        """Whether its server runs, frozen or not."""
        return self._child is not None and self._child.poll() is None

    def _wait_until_ready(self, child: subprocess.Popen[bytes], log: Path) -> None:
        give_up_at = time.monotonic() + _START_SECONDS_MAX
        while not ((postmaster := Postmaster.of(self._files())) and postmaster.is_ready):
            if child.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                raise RuntimeError(f"a node of Citus did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait(_STOP_SECONDS_MAX)

    def _files(self) -> Path:
        if self._directory is None:
            pytest.skip("the cluster that LETSEMA_TEST_CITUS names is not ours to stop")
        return self._directory

    def _url(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{quote(role)}:{quote(password)}@{self.host}:{self.port}/{quote(database)}"


def make_files(directory: Path) -> None:
    """Make the files of a node. Passwords are asked for, as between machines."""
    folder = programs()
    assert folder is not None
    directory.mkdir(mode=0o700)
    user = SystemUser.for_cluster(directory)
    user.own(directory)
    password = directory.with_suffix(".password")
    password.write_text(OWNER_PASSWORD)
    os.chown(password, user.uid, user.gid)
    options = [f"--username={OWNER}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"]
    options += ["--locale=C.UTF-8", "--no-sync", "--no-instructions", "-D", str(directory)]
    command = user.command(folder / "initdb", *options, reaches=[directory, password])
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd="/")
    password.unlink()


def copy_files(of: Path, directory: Path) -> None:
    """The same again, quicker than making them."""
    shutil.copytree(of, directory)
    user = SystemUser.for_cluster(of)
    for path in (directory, *directory.rglob("*")):
        os.chown(path, user.uid, user.gid)
    directory.chmod(0o700)


def _eldest_first(files: Path) -> list[psutil.Process]:
    """A server starts its sessions: it comes before them."""
    return sorted(processes_on(files), key=lambda process: (process.create_time(), process.pid))


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
