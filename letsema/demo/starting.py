"""Before the demo listens: an address on loopback, ports that are free, a directory that is a demo's, a history."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Final

import asyncpg

from core.calendar import business_date_of
from letsema.databases import DATABASE, Databases, migrate
from letsema.demo.directory import has_history, is_demo, keys_directory, mark_as_demo, mark_history_complete
from letsema.demo.seeding import seed
from letsema.demo.time_machine import TimeMachine
from letsema.environment import SystemClock
from letsema.installation import open_installation
from letsema.keys.keyring import make_keys
from letsema.setting_values import WrongSettingError, is_on_loopback
from letsema.settings import Settings
from storage.embedded import EmbeddedPostgres

PORTS: Final = 3
_LAST_PORT: Final = 65_535


def check_address(host: str, port: int) -> None:
    """Raise `WrongSettingError` unless the host is loopback (of IPv4, which its three ports are tried on), all free."""
    if not is_on_loopback(host) or ":" in host:
        raise WrongSettingError("The demo listens on loopback only (127.0.0.1): its sign-ins are known to everybody.")
    if not 1 <= port <= _LAST_PORT - PORTS + 1:
        raise WrongSettingError(
            f"--port is a number from 1 to {_LAST_PORT - PORTS + 1}; the two after it are used too."
        )
    for wanted in range(port, port + PORTS):
        with socket.socket() as probe:
            # As the listeners do: a port that was closed a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, wanted))
            except OSError:
                raise WrongSettingError(
                    f"Port {wanted} is in use by another program; choose others with --port "
                    f"(the demo needs {PORTS} in a row)."
                ) from None


def prepare_directory(data_directory: Path) -> None:
    """Mark the directory as a demo's and have its keys in it. Raises `WrongSettingError` for something else's."""
    if not is_demo(data_directory) and data_directory.is_dir() and any(data_directory.iterdir()):
        raise WrongSettingError(f"{data_directory} holds something that is no demo; name another with --data-dir.")
    try:
        mark_as_demo(data_directory)
        make_keys(keys_directory(data_directory))
    except OSError as error:
        raise WrongSettingError(f"{data_directory} cannot be used: {error.strerror}.") from None


async def have_history(settings: Settings, databases: Databases) -> None:
    """Migrate, and live through the history unless that was done before. One that was interrupted begins anew."""
    if await asyncio.to_thread(has_history, settings.data_dir):
        await migrate(databases)
        return
    server = databases.server
    if server is None:
        raise RuntimeError("the demo's database is the embedded one")
    await _run_as_owner(server, f"drop database if exists {DATABASE} with (force)")
    await server.ensure_database(DATABASE)
    # Nothing is lost if the machine stops now: what was interrupted begins anew.
    await _run_as_owner(server, f"alter database {DATABASE} set synchronous_commit = off")
    await migrate(databases)
    now = SystemClock().now()
    clock = TimeMachine(now)
    async with open_installation(settings, databases, clock=clock) as installation:
        await seed(installation, clock, business_date_of(now))
    await _run_as_owner(server, f"alter database {DATABASE} reset synchronous_commit", "checkpoint")
    await asyncio.to_thread(mark_history_complete, settings.data_dir)


async def _run_as_owner(server: EmbeddedPostgres, *statements: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
