"""Copying a database of an embedded server into one file, and back, by PostgreSQL's own programs.

The file is of no server version: a newer PostgreSQL reads what an older one wrote.
"""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Final

from storage.embedded.cluster import ENVIRONMENT, last_complaint
from storage.embedded.errors import DumpFailed
from storage.embedded.server import EmbeddedPostgres
from storage.embedded.wheel import binary

_LOCK_TIMEOUT: Final = "60s"
"""A migration that runs holds its tables: the dump waits for it that long, then says so."""


async def dump(server: EmbeddedPostgres, database: str, file: Path) -> None:
    """Write the database as it is at one moment, while everybody goes on working. Raises `DumpFailed`."""
    await _run(
        file.parent, "pg_dump", "--format=custom", f"--lock-wait-timeout={_LOCK_TIMEOUT}", f"--file={file}",
        f"--dbname={server.url(database)}",
    )  # fmt: skip


async def load(server: EmbeddedPostgres, database: str, file: Path) -> None:
    """Fill an empty database, wholly or not at all; the roles that the file grants to must be there.

    Raises `DumpFailed`.
    """
    await _run(
        file.parent, "pg_restore", "--single-transaction", "--exit-on-error", f"--dbname={server.url(database)}",
        str(file),
    )  # fmt: skip


async def _run(directory: Path, program: str, *arguments: str) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [str(binary(program)), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise DumpFailed(directory, f"{program} failed: {last_complaint(done.stderr)}")
