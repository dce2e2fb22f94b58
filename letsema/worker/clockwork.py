"""What the clock starts, once per district and day: the close of yesterday at 00:10, reminders at 08:00, Maseru time.

In the demo nothing of this runs, because nothing but a command moves its date.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import structlog

from core.calendar import MASERU
from core.ports.engine import Engine
from core.use_cases.closing import DayEndResult, close_through
from core.use_cases.reminding import plan_reminders

DAY_END_AT: Final = time(0, 10)
REMINDERS_AT: Final = time(8, 0)
DAY_END: Final = "day_end"
REMINDERS: Final = "reminders"
_LEASE_SECONDS: Final = 600

log = structlog.get_logger(__name__)


class _LeaseLost(Exception):
    """Another worker has taken the run over: what is left of it is its work."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The clock's jobs of one worker; `holder` names it in the runs that it takes."""

    engine: Engine
    holder: str

    async def close_yesterday(self, district: str) -> int:
        """Close every open day before today, once 00:10 has come. Returns how many days were closed."""
        now = self._local_now()
        if now.time() < DAY_END_AT:
            return 0
        yesterday = now.date() - timedelta(days=1)
        if await self._business_date(district) > yesterday:
            return 0

        async def renew(_result: DayEndResult) -> None:
            # A lease is for a day, not for all that were missed. Two closes at once are safe, but a waste.
            if not await self._begin(district, DAY_END, yesterday):
                raise _LeaseLost

        async def close() -> Mapping[str, int]:
            results = await close_through(self.engine, [district], yesterday, each_day=renew)
            return {"days": len(results), "loans": sum(result.loans for result in results)}

        return (await self._once(district, DAY_END, yesterday, close)).get("days", 0)

    async def remind(self, district: str) -> int:
        """Queue today's reminders, once 08:00 has come and yesterday is closed. Returns how many were queued."""
        now = self._local_now()
        today = now.date()
        if now.time() < REMINDERS_AT or await self._business_date(district) != today:
            return 0

        async def plan() -> Mapping[str, int]:
            counts = asdict(await plan_reminders(self.engine, district, today))
            return {name: count for name, count in counts.items() if isinstance(count, int)}

        return sum((await self._once(district, REMINDERS, today, plan)).values())

    async def _once(
        self, district: str, job: str, run_on: date, work: Callable[[], Awaitable[Mapping[str, int]]]
    ) -> Mapping[str, int]:
        if not await self._begin(district, job, run_on):
            return {}
        try:
            counts = await work()
        except _LeaseLost:
            log.warning("clock_job_taken_over", job=job, district=district, run_on=run_on.isoformat())
            return {}
        async with self.engine.record.unit(district) as unit:
            await unit.jobs.finish(job, run_on, at=self.engine.clock.now(), counts=counts)
            await unit.commit()
        log.info("clock_job_done", job=job, district=district, run_on=run_on.isoformat(), **counts)
        return counts

    async def _begin(self, district: str, job: str, run_on: date) -> bool:
        """Take a run for the next ten minutes, or go on holding it; False when it is another worker's, or finished."""
        async with self.engine.record.unit(district) as unit:
            mine = await unit.jobs.begin(
                job, run_on, holder=self.holder, now=self.engine.clock.now(), lease_seconds=_LEASE_SECONDS
            )
            await unit.commit()
        return mine

    async def _business_date(self, district: str) -> date:
        async with self.engine.record.unit(district) as unit:
            return await unit.business_date()

    def _local_now(self) -> datetime:
        return self.engine.clock.now().astimezone(MASERU)
