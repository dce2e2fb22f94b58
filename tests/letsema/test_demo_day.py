"""The stand-in's wallets pay on the day that the demo lives in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core.calendar import business_date_of
from core.ports.engine import Engine
from letsema.demo.demo_day import DemoDay
from tests.core.use_cases.lending import HOME, Lending


async def _followed(engine: Engine) -> DemoDay:
    """A demo day that has looked once."""
    day, stop = DemoDay(engine.clock), asyncio.Event()
    following = asyncio.create_task(day.follow(engine, [HOME], stop))
    await asyncio.sleep(0.3)
    stop.set()
    await following
    return day


async def test_before_any_close_it_is_now(engine: Engine, lending: Lending) -> None:
    assert (await _followed(engine)).now() == engine.clock.now()
    assert await lending.today() == business_date_of(engine.clock.now())


async def test_after_days_were_closed_it_is_this_hour_of_the_business_date(engine: Engine, lending: Lending) -> None:
    await lending.close(business_date_of(engine.clock.now()) + timedelta(days=39))

    assert (await _followed(engine)).now() == engine.clock.now() + timedelta(days=40)
