"""Entering a cluster by one of its nodes, and what is asked of the database there before anything is done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres.citus.distributing import has_citus
from storage.postgres.citus.problems import CitusAbsent, CitusTooOld
from storage.postgres.migrating import connected, refuse_worker

CITUS_VERSION_MIN: Final = (13, 0)
PORT: Final = 5432

_VERSION: Final = re.compile(r"Citus (\d+)\.(\d+)")
_HOST: Final = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True, order=True)
class NodeAddress:
    """Where the nodes of a cluster find one of them."""

    host: str
    port: int = PORT

    @classmethod
    def read(cls, written: str) -> Self:
        """`host` or `host:port`. Raises `ValueError`."""
        host, colon, port = written.rpartition(":") if not written.endswith("]") else (written, "", "")
        if not colon:
            host, port = written, str(PORT)
        if not _HOST.fullmatch(host) or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535:
            raise ValueError(f"a node is written host:port, such as 10.0.0.5:5432, not {written}")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@asynccontextmanager
async def entered(url: str, *, timeout_seconds: float = 10) -> AsyncIterator[AsyncConnection]:
    """A connection to any node, on which each statement is a transaction of its own unless one is begun.

    Raises `DatabaseUnreachable`, `CitusAbsent`, `CitusTooOld`.
    """
    async with connected(url, timeout_seconds=timeout_seconds) as connection:
        autocommitting = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await _check_citus(autocommitting)
        yield autocommitting


@asynccontextmanager
async def entered_by_coordinator(url: str) -> AsyncIterator[AsyncConnection]:
    """The same, on the coordinator alone: raises `NotTheCoordinator` as well."""
    async with entered(url) as connection:
        await refuse_worker(connection)
        yield connection


async def _check_citus(connection: AsyncConnection) -> None:
    if not await connection.run_sync(has_citus):
        raise CitusAbsent(
            "the database is plain PostgreSQL: to make a cluster of it, install Citus on every node, "
            "put citus first into shared_preload_libraries and run `create extension citus` in this database on each"
        )
    version = str(await connection.scalar(text("select citus_version()")))
    found = _VERSION.match(version)
    if found is None or tuple(map(int, found.groups())) < CITUS_VERSION_MIN:
        oldest = ".".join(map(str, CITUS_VERSION_MIN))
        raise CitusTooOld(f"the cluster runs {version.partition(' on ')[0]}; Citus {oldest} or later is needed")
