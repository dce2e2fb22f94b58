"""The provider stand-in's clock: the day that the demo lives in, at the hour that it is.

Once a day was closed the demo lives in a later one than the wall. A wallet that paid by the wall clock would then pay
in the past, and every late payment would look as if it had come in time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final

from core.calendar import MASERU
from core.ports.engine import Engine
from core.ports.environment import Clock
from core.ports.record import DistrictDown

_LOOK_SECONDS: Final = 1.0


class DemoDay:
    """An adapter of `core.ports.environment.Clock` that is moved to the newest business date there is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """This hour, on the demo's day."""
        return self._clock.now() + self._ahead

    async def follow(self, engine: Engine, districts: list[str], stop: asyncio.Event) -> None:
        """Look at the districts' business dates until told to stop."""
        while not stop.is_set():
            with suppress(DistrictDown):
                self._move_to(max([await _business_date(engine, district) for district in districts]))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)

    def _move_to(self, day: date) -> None:
        today = self._clock.now().astimezone(MASERU).date()
        self._ahead = max(day - today, timedelta(0))


async def _business_date(engine: Engine, district: str) -> date:
    async with engine.record.unit(district) as unit:
        return await unit.business_date()
