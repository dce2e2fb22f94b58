from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.ports.record import DistrictDown
from letsema.metrics import Metrics
from letsema.worker import rounds
from letsema.worker.bell import Bell
from letsema.worker.rounds import Job, keep_doing


def doing(results: list[int | Exception], stop: asyncio.Event) -> Callable[[], Awaitable[int]]:
    """Work that gives these results, one a round, then asks to be stopped."""

    async def work() -> int:
        if not results:
            stop.set()
            return 0
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return work


def alone() -> asyncio.Semaphore:
    return asyncio.Semaphore(1)


async def test_work_goes_on_at_once_while_there_is_some() -> None:
    stop, results = asyncio.Event(), [3, 2, 1]

    async with asyncio.timeout(2):
        job = Job("outbox", doing(list(results), stop), every_seconds=0.01)
        await keep_doing(job, bell=Bell(), stop=stop, metrics=Metrics(), first_rounds=alone())


async def test_a_round_that_fails_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, metrics = asyncio.Event(), Metrics()
    monkeypatch.setattr(rounds, "_PAUSE_AFTER_FAILURE_SECONDS", 0.01)
    results: list[int | Exception] = [DistrictDown(), RuntimeError("a bug"), 1]

    async with asyncio.timeout(2):
        job = Job("intake", doing(results, stop), every_seconds=0.01)
        await keep_doing(job, bell=Bell(), stop=stop, metrics=metrics, first_rounds=alone())

    page = metrics.page().decode()
    assert 'letsema_jobs_total{job="intake",result="failed"} 2.0' in page
    assert 'letsema_jobs_total{job="intake",result="done"} 2.0' in page


async def test_the_bell_ends_the_pause_of_those_that_listen() -> None:
    stop, bell, rounds_done = asyncio.Event(), Bell(), list[int]()

    async def work() -> int:
        rounds_done.append(1)
        return 0

    task = asyncio.create_task(
        keep_doing(Job("outbox", work, 60, wakes=True), bell=bell, stop=stop, metrics=Metrics(), first_rounds=alone())
    )
    await asyncio.sleep(0.05)
    bell.ring()
    await asyncio.sleep(0.05)
    assert len(rounds_done) == 2

    stop.set()
    bell.ring()
    async with asyncio.timeout(1):
        await task


async def test_a_stop_ends_a_long_pause() -> None:
    stop = asyncio.Event()

    async def work() -> int:
        return 0

    task = asyncio.create_task(
        keep_doing(Job("purge", work, 600), bell=Bell(), stop=stop, metrics=Metrics(), first_rounds=alone())
    )
    await asyncio.sleep(0.02)
    stop.set()

    async with asyncio.timeout(1):
        await task
