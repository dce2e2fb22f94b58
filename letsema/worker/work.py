"""All jobs of one worker, district by district, so that one that is down holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from channels.dispatch.outbox import OutboxWorker
from core.ports.engine import Engine
from core.use_cases.draining import drain_applications
from core.use_cases.expiring_changes import expire_proposals
from core.use_cases.following_change import follow_changes
from core.use_cases.purging import purge_finished
from core.use_cases.repaying import drain_payments
from core.use_cases.reserving import settle_reservations
from core.use_cases.sealing import seal_audit
from letsema.metrics import Metrics
from letsema.worker.bell import Bell
from letsema.worker.clockwork import Clockwork
from letsema.worker.payout_queries import ask_about_payouts
from letsema.worker.rounds import Job, keep_doing

_INTAKE_SECONDS: Final = 5.0
_INTAKE_BATCH: Final = 50
_CLAIMS_SECONDS: Final = 5.0
_CLAIMS_BATCH: Final = 50
_CHATS_SECONDS: Final = 2.0
_CHATS_BATCH: Final = 50
_PAYOUTS_SECONDS: Final = 15.0
_PURGE_SECONDS: Final = 600.0
_SEALS_SECONDS: Final = 30.0
_CLOCK_SECONDS: Final = 20.0
_RESERVATIONS_SECONDS: Final = 30.0
_RESERVATIONS_BATCH: Final = 50
_CHANGES_SECONDS: Final = 10.0
_CHANGES_BATCH: Final = 50
_PROPOSALS_SECONDS: Final = 600.0
_PROPOSALS_BATCH: Final = 50

FinishClaims = Callable[[int], Awaitable[int]]
Purge = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker needs. clockwork None: the demo, where nothing but a command moves the date.

    work_off_chats takes up what chats have waiting, so many chats at a time; None: no such channel is on.
    first_rounds_max: how many jobs begin at once. All of them together would ask for more connections than there are.
    """

    engine: Engine
    outbox: OutboxWorker
    finish_claims: FinishClaims
    purge: Purge
    metrics: Metrics
    bell: Bell
    clockwork: Clockwork | None
    poll_seconds: float
    first_rounds_max: int
    work_off_chats: Callable[[int], Awaitable[int]] | None = None

    async def run(self, districts: Sequence[str], stop: asyncio.Event) -> None:
        """Do every job until told to stop, then let the rounds under way end."""
        # Kind by kind, so that those that begin at once are of different districts, each with a bound of its own, and
        # the close of a day, which may take minutes, keeps no money and no message waiting.
        by_kind = zip(*map(self._jobs_of, districts), strict=True)
        jobs = [*self._shared_jobs(), *chain.from_iterable(by_kind)]
        first_rounds = asyncio.Semaphore(self.first_rounds_max)
        ringer = asyncio.create_task(self._ring_at(stop))
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                tasks.create_task(
                    keep_doing(job, bell=self.bell, stop=stop, metrics=self.metrics, first_rounds=first_rounds)
                )
        await ringer

    async def _ring_at(self, stop: asyncio.Event) -> None:
        """Whoever sleeps until there is work must hear that there will be none."""
        await stop.wait()
        self.bell.ring()

    def _shared_jobs(self) -> Iterator[Job]:
        yield Job("claims", partial(self.finish_claims, _CLAIMS_BATCH), _CLAIMS_SECONDS)
        yield Job("purge", self.purge, _PURGE_SECONDS)
        if self.work_off_chats is not None:
            yield Job("chats", partial(self.work_off_chats, _CHATS_BATCH), _CHATS_SECONDS)

    def _jobs_of(self, district: str) -> Iterator[Job]:
        yield Job("outbox", partial(self.outbox.work_on, district), self.poll_seconds, wakes=True)
        yield Job("intake", partial(drain_payments, self.engine, district, _INTAKE_BATCH), _INTAKE_SECONDS)
        applications = partial(drain_applications, self.engine, district, _INTAKE_BATCH)
        yield Job("applications", applications, _INTAKE_SECONDS)
        yield Job("payouts", partial(ask_about_payouts, self.engine, district), _PAYOUTS_SECONDS)
        yield Job("audit_seals", partial(seal_audit, self.engine, district), _SEALS_SECONDS)
        reservations = partial(settle_reservations, self.engine, district, _RESERVATIONS_BATCH)
        yield Job("reservations", reservations, _RESERVATIONS_SECONDS)
        changes = partial(follow_changes, self.engine, district, _CHANGES_BATCH)
        yield Job("identity_changes", changes, _CHANGES_SECONDS)
        proposals = partial(expire_proposals, self.engine, district, _PROPOSALS_BATCH)
        yield Job("identity_proposals", proposals, _PROPOSALS_SECONDS)
        yield Job("retention", partial(purge_finished, self.engine, district), _PURGE_SECONDS)
        if self.clockwork is not None:
            yield Job("day_end", partial(self.clockwork.close_yesterday, district), _CLOCK_SECONDS)
            yield Job("reminders", partial(self.clockwork.remind, district), _CLOCK_SECONDS)
