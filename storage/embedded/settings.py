"""How the embedded server is set: for a small machine, for money (nothing durable is traded away), for one socket."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from storage.embedded.directory import DataDirectory
from storage.embedded.errors import DataDirectoryUnusable
from storage.embedded.system_user import SystemUser

PORT: Final = 5432
"""Part of the socket's name only: the server listens on no network address."""

SUPERUSER: Final = "letsema"

_SOCKET_PATH_BYTES_MAX: Final = 103  # of macOS; Linux allows 107

INITDB_ARGUMENTS: Final = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    # PostgreSQL's own C.UTF-8: upper and lower case of all of Unicode, order by code point. Unlike the C library's or
    # ICU's it never changes with an upgrade of the system, which would silently break every index on a text.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    # The socket lies in a folder that only the server's user (and root) may enter: the kernel checks who we are, and
    # there is no password to leak.
    "--auth-local=trust",
    "--auth-host=reject",
    "--data-checksums",
    "--no-instructions",
)

_SETTINGS: Final = {
    "cluster_name": "letsema",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    # Short statements gain nothing from compiling, and the first one would wait for it.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Without this, the detail of a unique violation writes phone and identity numbers into the log.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


def server_arguments(cluster: Path, socket_directory: Path) -> list[str]:
    """The arguments of `postgres`: all settings are here, none in a file, so a release runs what it was tested with."""
    arguments = ["-D", str(cluster), "-p", str(PORT), "-k", str(socket_directory)]
    for name, value in _SETTINGS.items():
        arguments += ["-c", f"{name}={value}"]
    return arguments


def socket_directory(directory: DataDirectory, user: SystemUser) -> Path:
    """The folder of the server's socket: the cluster, or, when that name is too long for a socket, a short one.

    Raises `DataDirectoryUnusable` when the short one is not ours alone.
    """
    if _fits(directory.cluster):
        return directory.cluster
    digest = hashlib.sha256(os.fsencode(directory.path)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"letsema-{digest}"
    if not short.exists():
        short.mkdir(mode=0o700)
        user.own(short)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise DataDirectoryUnusable(
            directory.path, f"{short} is not ours alone; remove it, or use a shorter path than {directory.path}."
        )
    return short


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_BYTES_MAX
