"""What can be wrong with a data directory: each is one sentence that says what to do, for stderr and exit code 2."""

from __future__ import annotations

from pathlib import Path


class DataDirectoryProblem(Exception):
    """The embedded database cannot be used from this data directory; nothing in it was changed."""

    def __init__(self, directory: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.directory = directory


class DataDirectoryInUse(DataDirectoryProblem):
    """Another process owns the directory. `owner_pid` is its process id, None when it did not say."""

    def __init__(self, directory: Path, owner_pid: int | None) -> None:
        who = "another process" if owner_pid is None else f"process {owner_pid}"
        super().__init__(
            directory, f"The data directory {directory} is in use by {who}; stop that one or name another."
        )
        self.owner_pid = owner_pid


class DataDirectoryTooNew(DataDirectoryProblem):
    """A newer Letsema, or one with a newer PostgreSQL, wrote the directory."""


class DataDirectoryTooOld(DataDirectoryProblem):
    """An older Letsema, with an older PostgreSQL, wrote the directory."""


class DataDirectoryUnusable(DataDirectoryProblem):
    """It cannot be made, read or written, has no room left, or belongs to somebody else."""


class NothingRunsHere(DataDirectoryProblem):
    """No server runs on the directory, so there is nothing to join."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, f"No database runs on {directory}; start one there first (letsema demo).")


class PostgresDidNotStart(DataDirectoryProblem):
    """The server ended, or did not become ready in time; the sentence holds what it said last."""


class DumpFailed(DataDirectoryProblem):
    """PostgreSQL's own program did not write or read a dump; the sentence holds what it said last."""
