"""The outbox of a district: claim due rows, work on them, and keep what came of each.

Claiming moves a row's due time beyond a lease, so a process that dies gives its rows back by itself. Marking is a
transaction of its own: when it fails, the row comes back too, and its handler recognises that the work was done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog

from channels.dispatch.verdicts import ATTEMPTS_MAX, Done, GiveUp, Later, RowHandler, Verdict, pause_seconds
from core.errors import DomainError
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.ports.work import OutboxRow
from core.use_cases.payouts import PAYOUT_TOPIC
from core.use_cases.transferring import TRANSFER_TOPIC

_MONEY: Final = frozenset({PAYOUT_TOPIC, TRANSFER_TOPIC})
"""Given up, it would be in no place at all: it is tried every half an hour, and each failure is told."""
LEASE_SECONDS: Final = 120
BATCH: Final = 50
_AT_ONCE: Final = 3
"""A district has few connections, and hops need them more."""

log = structlog.get_logger(__name__)

Observer = Callable[[OutboxRow, Verdict], None]


def unobserved(_row: OutboxRow, _verdict: Verdict) -> None:
    """For who keeps no figures."""


class OutboxWorker:
    """Works on the rows of one district after another. `handlers` has one for every topic that is written."""

    def __init__(
        self,
        engine: Engine,
        handlers: Mapping[str, RowHandler],
        *,
        lease_seconds: int = LEASE_SECONDS,
        observe: Observer = unobserved,
    ) -> None:
        self._engine = engine
        self._handlers = handlers
        self._lease_seconds = lease_seconds
        self._observe = observe

    async def work_on(self, district: str, limit: int = BATCH) -> int:
        """Claim what is due in a district and work on it; the number of rows claimed. Raises `DistrictDown`."""
        rows = await self._claim(district, limit)
        free = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for row in rows:
                tasks.create_task(self._work_on_row(row, free))
        return len(rows)

    async def _claim(self, district: str, limit: int) -> list[OutboxRow]:
        async with self._engine.record.unit(district) as unit:
            rows = await unit.outbox.claim(self._engine.clock.now(), limit, self._lease_seconds)
            await unit.commit()
        return list(rows)

    async def _work_on_row(self, row: OutboxRow, free: asyncio.Semaphore) -> None:
        async with free:
            verdict = await self._verdict(row)
            self._observe(row, verdict)
            try:
                await self._mark(row, verdict)
            except DistrictDown:
                log.warning("outbox_mark_failed", topic=row.topic, kind=row.kind, district=row.district)

    async def _verdict(self, row: OutboxRow) -> Verdict:
        try:
            verdict = await self._handlers[row.topic](row)
        except (DistrictDown, ChannelPlaneDown) as error:
            return Later(error.code)
        except DomainError as error:
            log.warning("outbox_row_refused", topic=row.topic, kind=row.kind, code=error.code)
            verdict = Later(error.code)
        except Exception:  # the last resort: one bad row must not stop the others of its district
            log.exception("outbox_row_failed", topic=row.topic, kind=row.kind)
            verdict = Later("failed")
        if isinstance(verdict, Later) and verdict.after_seconds is None and self._may_give_up(row):
            return GiveUp(verdict.reason)
        return verdict

    @staticmethod
    def _may_give_up(row: OutboxRow) -> bool:
        return row.attempts >= ATTEMPTS_MAX and row.topic not in _MONEY

    async def _mark(self, row: OutboxRow, verdict: Verdict) -> None:
        now = self._engine.clock.now()
        async with self._engine.record.unit(row.district) as unit:
            match verdict:
                case Done():
                    await unit.outbox.done(row.id, now)
                case GiveUp(reason):
                    log.error("outbox_row_given_up", topic=row.topic, kind=row.kind, reason=reason)
                    await unit.outbox.give_up(row.id, now, reason)
                case Later(reason, after_seconds):
                    pause = after_seconds or pause_seconds(row.attempts, self._engine.identifiers.random_below)
                    await unit.outbox.retry(row.id, now + timedelta(seconds=pause), reason)
            await unit.commit()
