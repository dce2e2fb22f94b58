"""A real PostgreSQL from a Python wheel, in a directory: no Docker, no root, nothing installed on the system.

Only the wheel's binaries are used. Its Python would open the folders above the data to everybody when it runs as
root, and ties a server's life to reference counts; here a lock file says who owns a data directory.
"""

from storage.embedded.errors import (
    DataDirectoryInUse,
    DataDirectoryProblem,
    DataDirectoryTooNew,
    DataDirectoryTooOld,
    DataDirectoryUnusable,
    DumpFailed,
    NothingRunsHere,
    PostgresDidNotStart,
)
from storage.embedded.server import EmbeddedPostgres

__all__ = [
    "DataDirectoryInUse",
    "DataDirectoryProblem",
    "DataDirectoryTooNew",
    "DataDirectoryTooOld",
    "DataDirectoryUnusable",
    "DumpFailed",
    "EmbeddedPostgres",
    "NothingRunsHere",
    "PostgresDidNotStart",
]
