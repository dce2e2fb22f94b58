"""A district of open loans on an embedded database, an engine on it, and the time that work takes there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from benchmarks.portfolio import DISTRICT, MFI, PRODUCT, lay_down
from core.ports.engine import Engine
from letsema.environment import SystemClock, SystemIdentifiers
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from letsema.keys.secret_hashing import PepperedArgon2
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres

TODAY: Final = date(2026, 11, 23)


@dataclass
class Taken:
    """What a piece of work took, when it is done: by the clock, and of processor, the database's included."""

    seconds: float = 0.0
    processor_seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.processor_seconds:.2f} s of processor)"


@contextmanager
def measured() -> Iterator[Taken]:
    """Measure a block."""
    taken, started, before = Taken(), time.perf_counter(), _processor_seconds()
    yield taken
    taken.seconds = time.perf_counter() - started
    taken.processor_seconds = sum(used - before.get(pid, 0) for pid, used in _processor_seconds().items())


@asynccontextmanager
async def district_of(loans: int, data_directory: Path, *, one_payday: bool) -> AsyncIterator[Engine]:
    """An engine on a district with so many open loans; those that a data directory has are taken as they are."""
    server = await EmbeddedPostgres.start(data_directory)
    try:
        await server.ensure_database()
        for plane in Plane:
            await upgrade(plane, server.url())
        async with engine_on(server.url()) as engine:
            if not await _has_loans(server.url()):
                await engine.record.add_mfi(MFI)
                await engine.record.add_product(PRODUCT)
                await engine.record.open_district(DISTRICT, TODAY)
                print(f"laying down {loans:,} loans ...", flush=True)
                await lay_down(server.url(), loans, TODAY, one_payday=one_payday)
            yield engine
    finally:
        await server.stop()


async def _has_loans(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("select exists (select from record.loans)"))
    finally:
        await connection.close()


def _processor_seconds() -> dict[int, float]:
    """What this process and each of the database's have used: on a busy machine it says more than the clock."""
    times = {}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a background process of the database that has just ended
            used = process.cpu_times()
            times[process.pid] = used.user + used.system
    return times


@asynccontextmanager
async def engine_on(url: str) -> AsyncIterator[Engine]:
    """An engine with both planes on one database."""
    sealer = AesGcmSealer({1: bytes(32)})
    names = KeyedNames(bytes(32), {1: bytes(32)})
    clock = SystemClock()
    with ThreadPoolExecutor(1) as pool:
        async with (
            RecordOnPostgres.opened(RecordConnections(url), sealer, names, clock) as record,
            ChannelOnPostgres.opened(ChannelConnections(url), sealer) as channel,
        ):
            yield Engine(
                record=record,
                channel=channel,
                clock=clock,
                identifiers=SystemIdentifiers(),
                keyed_hash=names,
                sealer=sealer,
                pin_hasher=PepperedArgon2(bytes(32), "pin", pool),
                password_hasher=PepperedArgon2(bytes(32), "password", pool),
                rails={},
            )
