"""Doing something again and again without ever dying of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from core.errors import DomainError
from letsema.metrics import Metrics
from letsema.worker.bell import Bell

_PAUSE_AFTER_FAILURE_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work. `work` says how much it did; as long as that is more than nothing it is called again at once.

    every_seconds: the pause when nothing was left. wakes: whether the bell ends the pause.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    every_seconds: float
    wakes: bool = False


async def keep_doing(
    job: Job, *, bell: Bell, stop: asyncio.Event, metrics: Metrics, first_rounds: asyncio.Semaphore
) -> None:
    """Do a job's rounds until told to stop; the round under way is finished first.

    A plane that is down is a warning and a pause. Anything else that is raised is logged with its trace and paused for
    as well: a job that ended would be missed only when money is. first_rounds: how many jobs may be in their first
    round at once. Later ones begin when each job's pause is over, so they come apart by themselves.
    """
    async with first_rounds:
        done = 0 if stop.is_set() else await _round(job, metrics)
    while not stop.is_set():
        if done is None:
            await _pause(_PAUSE_AFTER_FAILURE_SECONDS, stop)
        elif not done:
            await (bell.wait(job.every_seconds) if job.wakes else _pause(job.every_seconds, stop))
        if not stop.is_set():
            done = await _round(job, metrics)


async def _round(job: Job, metrics: Metrics) -> int | None:
    """How much a round did; None when it failed."""
    try:
        done = await job.work()
    except DomainError as error:
        log.warning("job_refused", job=job.name, code=error.code)
    except Exception:  # the last resort of a job that must go on
        log.exception("job_failed", job=job.name)
    else:
        metrics.job(job.name, succeeded=True)
        return done
    metrics.job(job.name, succeeded=False)
    return None


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
