"""The data directory: what lies where, its version stamp, and who owns it right now."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from storage.embedded.errors import (
    DataDirectoryInUse,
    DataDirectoryTooNew,
    DataDirectoryTooOld,
    DataDirectoryUnusable,
)
from storage.embedded.wheel import POSTGRESQL_MAJOR

FORMAT: Final = 1
"""The layout of the directory, raised when an older Letsema could no longer read it."""

_LOCK_TIMEOUT_SECONDS: Final = 0.5  # outlasts a moment's look by `is_owned`, and the last breath of a killed owner
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Names of things below the directory; `path` is absolute."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Self:
        """The directory as named by a person: `~` and links resolved, so that one directory has one name."""
        return cls(path.expanduser().resolve())

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own directory."""
        return self.path / "postgres"

    @property
    def unfinished_cluster(self) -> Path:
        """Where a cluster is made; it is renamed when complete, so that a half-made one is never taken for whole."""
        return self.path / "postgres.new"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.path / "postgres.log"

    @property
    def _stamp(self) -> Path:
        return self.path / "letsema.json"

    @property
    def _lock(self) -> Path:
        return self.path / "owner.lock"

    @property
    def holds_a_database(self) -> bool:
        """Whether one was ever made here; a directory with nothing but keys holds none. Raises as `explained`."""
        with self.explained():
            return any(path.exists() for path in (self.cluster, self.unfinished_cluster, self._stamp))

    def check_version(self) -> None:
        """Refuse what another PostgreSQL wrote: this one would not start on it, or not understand it.

        Raises `DataDirectoryTooNew`, `DataDirectoryTooOld`, and `DataDirectoryUnusable` for an odd stamp.
        """
        with self.explained():
            if not self._stamp.exists():
                return
            text = self._stamp.read_text()
        try:
            stamp = json.loads(text)
            written, major = int(stamp["format"]), int(stamp["postgresql"])
        except (ValueError, TypeError, KeyError) as error:
            raise DataDirectoryUnusable(self.path, f"{self._stamp} is not a version stamp of Letsema.") from error
        if written > FORMAT or major > POSTGRESQL_MAJOR:
            raise DataDirectoryTooNew(
                self.path,
                f"The data directory {self.path} was written by a newer Letsema (format {written}, PostgreSQL {major}; "
                f"this one knows {FORMAT} and {POSTGRESQL_MAJOR}); use that release or name another directory.",
            )
        if major < POSTGRESQL_MAJOR:
            raise DataDirectoryTooOld(
                self.path,
                f"The data directory {self.path} is of PostgreSQL {major}, and this Letsema runs {POSTGRESQL_MAJOR}: "
                "run `letsema db backup` with the release that wrote it, then `letsema db restore` with this one.",
            )

    def make(self) -> None:
        """Make the directory and stamp it, where that was not done yet. Raises `DataDirectoryUnusable`."""
        with self.explained():
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            if not self._stamp.exists():
                replacement = self._stamp.with_suffix(".new")
                replacement.write_text(json.dumps({"format": FORMAT, "postgresql": POSTGRESQL_MAJOR}) + "\n")
                replacement.replace(self._stamp)

    def own(self) -> Ownership:
        """Become the one owner until release or death. Raises `DataDirectoryInUse`."""
        with self.explained():
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + _LOCK_TIMEOUT_SECONDS
        while not _flock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                pid = os.pread(descriptor, 32, 0).decode().strip()
                os.close(descriptor)
                raise DataDirectoryInUse(self.path, int(pid) if pid.isdigit() else None)
            time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return Ownership(descriptor)

    def is_owned(self) -> bool:
        """Whether a living process owns the directory."""
        with self.explained():
            if not self._lock.exists():
                return False
            descriptor = os.open(self._lock, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return not _flock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what the system refuses here into `DataDirectoryUnusable`, one sentence with the cure."""
        try:
            yield
        except OSError as error:
            raise DataDirectoryUnusable(self.path, _sentence(self.path, error)) from error


@dataclass(slots=True)
class Ownership:
    """The lock on a data directory. The kernel lets go of it when the process dies, however it dies."""

    _descriptor: int

    def release(self) -> None:
        """Let go; harmless when done already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _flock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sentence(directory: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"There is no room left for the data directory {directory}; free some or name another."
        case errno.EACCES | errno.EPERM:
            return f"The data directory {directory} belongs to somebody else: {error}; name one that you may write."
        case _:
            return f"The data directory {directory} cannot be used: {error}; name another."
