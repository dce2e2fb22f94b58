"""The close of a district's day. The bar: a million open loans in less than a minute, on two cores."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.ground import district_of, measured
from benchmarks.portfolio import DISTRICT
from core.ports.engine import Engine
from core.use_cases.closing import close_through
from core.use_cases.verifying import verify_ledger

DataDirectory = Annotated[Path | None, typer.Option(help="Where the database goes; a temporary directory else.")]


def measure(
    loans: Annotated[int, typer.Option(help="Open loans in the district.")] = 100_000,
    days: Annotated[int, typer.Option(help="Days to close, one after the other.")] = 3,
    one_payday: Annotated[bool, typer.Option(help="All fall due on one day, not one in thirty a day.")] = False,
    verify: Annotated[bool, typer.Option(help="Prove the books afterwards.")] = False,
    data_dir: DataDirectory = None,
) -> None:
    """Close days of a district in which nobody pays: what falls due one day is charged a late fee the next."""
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_measure(loans, days, one_payday, verify, data_dir or Path(temporary)))


async def _measure(loans: int, days: int, one_payday: bool, verify: bool, data_directory: Path) -> None:
    async with district_of(loans, data_directory, one_payday=one_payday) as engine:
        async with engine.record.unit(DISTRICT) as unit:
            first = await unit.business_date()
        for day in range(days):
            await _close(engine, first + timedelta(days=day), loans)
        if verify:
            with measured() as taken:
                findings = await verify_ledger(engine, [DISTRICT], replays=False)
            print(f"verify-ledger: {len(findings)} findings in {taken}", *findings[:5])


async def _close(engine: Engine, day: date, loans: int) -> None:
    with measured() as taken:
        [result] = await close_through(engine, [DISTRICT], day)
    print(
        f"{day}: {loans:,} open loans in {taken}, {loans / taken.seconds:,.0f} loans/s; "
        f"interest {result.interest_recognised:,}, late fees {result.late_fees:,}",
        flush=True,
    )
