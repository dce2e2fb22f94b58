"""The close of a district's day. The bar: a million open loans in less than a minute, on two cores."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks.portfolio import DISTRICT, MFI, PRODUCT, lay_down
from core.ports.engine import Engine
from core.use_cases.closing import close_through
from core.use_cases.verifying import verify_ledger
from letsema.environment import SystemClock, SystemIdentifiers
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from letsema.keys.secret_hashing import PepperedArgon2
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres

TODAY = date(2026, 11, 23)


def measure(
    loans: Annotated[int, typer.Option(help="Open loans in the district.")] = 100_000,
    days: Annotated[int, typer.Option(help="Days to close, one after the other.")] = 3,
    one_payday: Annotated[bool, typer.Option(help="All fall due on one day, not one in thirty a day.")] = False,
    verify: Annotated[bool, typer.Option(help="Prove the books afterwards.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Where the database goes; a temporary directory else.")] = None,
) -> None:
    """Close days of a district in which nobody pays: what falls due one day is charged a late fee the next."""
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_measure(loans, days, one_payday, verify, data_dir or Path(temporary)))


async def _measure(loans: int, days: int, one_payday: bool, verify: bool, data_directory: Path) -> None:
    server = await EmbeddedPostgres.start(data_directory)
    try:
        await server.ensure_database()
        for plane in Plane:
            await upgrade(plane, server.url())
        async with _engine(server.url()) as engine:
            await engine.record.add_mfi(MFI)
            await engine.record.add_product(PRODUCT)
            await engine.record.open_district(DISTRICT, TODAY)
            print(f"laying down {loans:,} loans ...")
            await lay_down(server.url(), loans, TODAY, one_payday=one_payday)
            for day in range(days):
                await _close(engine, TODAY + timedelta(days=day), loans)
            if verify:
                findings = await verify_ledger(engine, [DISTRICT])
                print(f"verify-ledger: {len(findings)} findings", *findings[:5])
    finally:
        await server.stop()


async def _close(engine: Engine, day: date, loans: int) -> None:
    started, cpu_before = time.perf_counter(), _cpu_seconds()
    [result] = await close_through(engine, [DISTRICT], day)
    seconds = time.perf_counter() - started
    cpu_seconds = sum(used - cpu_before.get(pid, 0) for pid, used in _cpu_seconds().items())
    print(
        f"{day}: {loans:,} open loans in {seconds:.2f} s ({cpu_seconds:.2f} s of processor), {loans / seconds:,.0f} "
        f"loans/s; interest {result.interest_recognised:,}, late fees {result.late_fees:,}",
        flush=True,
    )


def _cpu_seconds() -> dict[int, float]:
    """What this process and each of the database's have used: on a busy machine it says more than the clock."""
    times = {}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a background process of the database that has just ended
            used = process.cpu_times()
            times[process.pid] = used.user + used.system
    return times


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[Engine]:
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
