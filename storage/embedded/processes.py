"""PostgreSQL's processes on a cluster, found by looking at the machine: files alone lie after a kill -9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from typing import Final, Self

import psutil

_STATUS_LINE: Final = 7
_STOP_TIMEOUT_SECONDS: Final = 30
_ABORT_TIMEOUT_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The first process of a running server, and where it listens."""

    process: psutil.Process
    socket_directory: Path
    is_ready: bool

    @classmethod
    def of(cls, cluster: Path) -> Self | None:
        """The server that runs on the cluster, if one does; it may still be starting.

        `postmaster.pid` alone proves nothing: the number may belong to a stranger by now. Raises `PermissionError`
        when the cluster is somebody else's.
        """
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) <= _STATUS_LINE:
            return None  # it is being written at this moment
        try:
            process = psutil.Process(int(lines[0]))
        except psutil.NoSuchProcess:
            return None
        if not _lives_in(cluster, process):
            return None
        return cls(process, Path(lines[4]), is_ready=lines[_STATUS_LINE].strip() == "ready")

    def runs_as(self, command: Sequence[str], cluster: Path) -> bool:
        """Whether the running server was started with exactly this command (PostgreSQL writes its own down)."""
        written = (cluster / "postmaster.opts").read_text().rstrip("\n")
        return written == " ".join([command[0], *(f'"{argument}"' for argument in command[1:])])


def processes_on(cluster: Path) -> list[psutil.Process]:
    """Every PostgreSQL process whose working directory is the cluster: that is where each of them lives."""
    return [process for process in psutil.process_iter() if _lives_in(cluster, process)]


def stop(postmaster: psutil.Process, cluster: Path) -> None:
    """End a server: as it wishes (open transactions are rolled back), then at once, then by force."""
    for signal, timeout in ((SIGINT, _STOP_TIMEOUT_SECONDS), (SIGQUIT, _ABORT_TIMEOUT_SECONDS)):
        try:
            postmaster.send_signal(signal)
            postmaster.wait(timeout)
        except psutil.NoSuchProcess:
            break
        except psutil.TimeoutExpired:
            continue
        else:
            break
    end_leftovers(cluster)


def end_leftovers(cluster: Path) -> None:
    """Kill whatever still runs on the cluster, such as sessions whose postmaster was killed.

    PostgreSQL does not start while one of them holds the shared memory, and is right: two servers on one cluster
    destroy it.
    """
    leftovers = processes_on(cluster)
    for process in leftovers:
        try:
            process.send_signal(SIGKILL)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(leftovers, timeout=_ABORT_TIMEOUT_SECONDS)


def is_alive(process: psutil.Process) -> bool:
    """Whether it is the same process still, and more than an entry in the table."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _lives_in(cluster: Path, process: psutil.Process) -> bool:
    try:
        return process.name() == "postgres" and is_alive(process) and Path(process.cwd()) == cluster
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False  # gone, or another user's: no business of ours
