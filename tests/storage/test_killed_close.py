"""A close whose process is killed in the middle, and what the next close makes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from core.use_cases.closing import close_through
from tests.fixtures_postgres import MORNING
from tests.storage.test_day_end import BY_PAGES, PRODUCTS, Twins, terms, twins

__all__ = ["twins"]

_PAGE = 3
_PATIENCE_SECONDS = 30


@asynccontextmanager
async def closing_process(url: str, through: date) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = (
        "-m",
        "tests.storage.closing_process",
        url,
        BY_PAGES,
        through.isoformat(),
        str(_PAGE),
        MORNING.isoformat(),
    )
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(connection: asyncpg.Connection[asyncpg.Record], question: str) -> None:
    """Ask until the answer is true."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await connection.fetchval(question):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("days_before", [0, 1], ids=["amid income", "amid late fees"])
async def test_a_close_that_was_killed_in_the_middle_is_finished_by_the_next_one(
    twins: Twins, database_url: str, days_before: int
) -> None:
    """One loan is held fast, so the process stands in the middle of the day, with whole pages behind it."""
    loan_ids = [await twins.lend(terms(), PRODUCTS[1]) for _ in range(10)]
    await twins.close_both(days=1 + days_before)
    kind = "late_fee" if days_before else "interest"
    counted = f"select count(*) from record.journals where district = '{BY_PAGES}' and kind = '{kind}'"  # noqa: S608
    holder, watcher = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    done_before = await watcher.fetchval(counted)
    async with holder.transaction():
        await _hold(holder, max(loan_ids))
        async with closing_process(database_url, twins.today) as process:
            await until(watcher, f"select ({counted}) > {done_before}")
            await until(watcher, "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock'")
            process.kill()
            await process.wait()
    done_by_the_killed = await watcher.fetchval(counted) - done_before
    await holder.close()
    await watcher.close()

    await close_through(twins.engine, [BY_PAGES], twins.today)
    await twins.close_by_replay()

    assert 0 < done_by_the_killed < len(loan_ids)
    await twins.assert_alike()


async def _hold(connection: asyncpg.Connection[asyncpg.Record], loan_id: UUID) -> None:
    statement = "select 1 from record.loans where district = $1 and id = $2 for update"
    await connection.execute(statement, BY_PAGES, loan_id)
