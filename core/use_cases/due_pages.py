"""Going through everything that falls due on a day, thousands of instalments in one short transaction, a few at a time.

A page is one transaction, so that whoever else wants one of its loans waits for a moment at most, and a crash loses one
page of work. The work itself must be safe to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from core.ports.day_end import Page
from core.ports.engine import Engine
from core.ports.record import Unit

PAGE_INSTALMENTS: Final = 2_000
PAGES_AT_ONCE: Final = 2
_BEFORE_ALL: Final = UUID(int=0)

Done = TypeVar("Done")


@dataclass
class _Pages:
    """The pages of a due date, handed out one by one to whoever asks."""

    engine: Engine
    district: str
    due_on: date
    _after: UUID | None = _BEFORE_ALL
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self) -> Page | None:
        async with self._turn:
            if self._after is None:
                return None
            async with self.engine.record.unit(self.district) as unit:
                page = await unit.day_end.page(self.due_on, self._after, PAGE_INSTALMENTS)
            self._after = page.upto if page else None
            return page


async def days_with_instalments(engine: Engine, district: str, days: Iterable[date]) -> set[date]:
    """Those of the days on which anything falls due: a small district has few, and needs no pages for the others."""
    async with engine.record.unit(district) as unit:
        return {day for day in set(days) if await unit.day_end.page(day, _BEFORE_ALL, 1) is not None}


async def each_page(
    engine: Engine, district: str, due_on: date, work: Callable[[Unit, Page], Awaitable[Done]]
) -> list[Done]:
    """Do `work` on every page of a due date and commit it. Raises `DistrictDown`; what was committed before stays."""
    pages = _Pages(engine, district, due_on)

    async def work_on_pages() -> list[Done]:
        done = []
        while (page := await pages.next()) is not None:
            async with engine.record.unit(district) as unit:
                done.append(await work(unit, page))
                await unit.commit()
        return done

    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(work_on_pages()) for _ in range(PAGES_AT_ONCE)]
    except ExceptionGroup as group:
        # Callers know one error, not a group: the first that came is why the work stopped.
        raise group.exceptions[0] from group
    return [each for task in running for each in task.result()]
