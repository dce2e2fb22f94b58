"""Planning a day's reminders. The bar: a million due instalments in less than a minute, on two cores."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.day_end import DataDirectory
from benchmarks.ground import TODAY, district_of, measured
from benchmarks.portfolio import DISTRICT, PERIOD_DAYS
from core.ports.engine import Engine
from core.use_cases.reminding import plan_reminders


def measure(
    loans: Annotated[int, typer.Option(help="Instalments that fall due on the day.")] = 100_000,
    data_dir: DataDirectory = None,
) -> None:
    """Remind everybody on the due date, and again a week after it, with what is overdue by then."""
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_measure(loans, data_dir or Path(temporary)))


async def _measure(loans: int, data_directory: Path) -> None:
    async with district_of(loans, data_directory, one_payday=True) as engine:
        for day in (TODAY + timedelta(days=PERIOD_DAYS), TODAY + timedelta(days=PERIOD_DAYS + 7)):
            await _plan(engine, day)


async def _plan(engine: Engine, day: date) -> None:
    with measured() as taken:
        planned = await plan_reminders(engine, DISTRICT, day)
    print(f"{day}: {planned.due:,} due and {planned.late:,} late reminders planned in {taken}", flush=True)
