"""Holding the score against what became of the loans, over every district, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.credit.backtest import Backtest
from core.ports.engine import Engine

PAGE_LOANS: Final = 2_000


async def backtest(engine: Engine, districts: Iterable[str]) -> Backtest:
    """Count every loan that was paid out, as it stands on its district's business date. Raises `DistrictDown`."""
    result = Backtest()
    for district in districts:
        await _count(engine, district, result)
    return result


async def _count(engine: Engine, district: str, result: Backtest) -> None:
    after = None
    while True:
        async with engine.record.unit(district) as unit:
            on = await unit.business_date()
            page = await unit.outcomes.page(on, after=after, limit=PAGE_LOANS)
        result.add_all(page.loans, on)
        if page.next_after is None:
            return
        after = page.next_after
