"""Making PostgreSQL's own directory, once per data directory: complete or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

from storage.embedded.directory import DataDirectory
from storage.embedded.errors import DataDirectoryUnusable, PostgresDidNotStart
from storage.embedded.settings import INITDB_ARGUMENTS
from storage.embedded.system_user import SystemUser
from storage.embedded.wheel import binary

_FREE_BYTES_MIN: Final = 200 * 2**20  # a new cluster takes 40 MB, its write-ahead log soon 80 MB

ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""All that PostgreSQL's programs see of our environment: PGPORT and friends would change them behind our back."""


def make_cluster(directory: DataDirectory, user: SystemUser) -> None:
    """Make the cluster, unless it is there: beside its place, then moved, so that a half-made one is never used.

    Raises `DataDirectoryUnusable` (no room, no right) or `PostgresDidNotStart` (initdb failed).
    """
    if directory.cluster.exists():
        return
    _check_room(directory)
    new = directory.unfinished_cluster
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    user.own(new)
    command = user.command(binary("initdb"), *INITDB_ARGUMENTS, "-D", str(new), reaches=[new])
    made = subprocess.run(  # noqa: S603 - our own arguments
        command, check=False, capture_output=True, text=True, env=ENVIRONMENT, cwd="/"
    )
    if made.returncode != 0:
        raise PostgresDidNotStart(directory.path, f"initdb failed on {directory.path}: {last_complaint(made.stderr)}")
    new.rename(directory.cluster)


def last_complaint(said: str) -> str:
    """The line of a program's output that tells why it ended."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    complaints = [line for line in lines if "FATAL" in line or "error:" in line]
    return (complaints or lines or ["it said nothing"])[-1]


def _check_room(directory: DataDirectory) -> None:
    free_bytes = shutil.disk_usage(directory.path).free
    if free_bytes < _FREE_BYTES_MIN:
        raise DataDirectoryUnusable(
            directory.path,
            f"There is too little room for the data directory {directory.path}: {free_bytes // 2**20} MB are free, "
            f"{_FREE_BYTES_MIN // 2**20} MB are needed.",
        )
