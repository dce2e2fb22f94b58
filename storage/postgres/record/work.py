"""What a district has to do and has done: keys of commands, the outbox, runs of jobs, its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, any_, cast, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.errors import Conflict, NotFound
from core.ports.environment import Clock
from core.ports.record import KeyReused
from core.ports.work import OutboxRow
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.work import commands, district_days, job_runs, outbox


class CommandsOnPostgres:
    """`core.ports.work.Commands`."""

    def __init__(self, connection: DistrictConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._begun: set[str] = set()

    @property
    def unfinished(self) -> frozenset[str]:
        """Keys that this unit took and has no outcome for yet."""
        return frozenset(self._begun)

    async def claim(self, key: str, digest: bytes) -> Mapping[str, Any] | None:
        # A concurrent holder's row makes this insert wait for its transaction to end: no lock of our own is needed.
        statement = upsert(commands).values(
            district=self._connection.district, key=key, digest=digest, claimed_at=self._clock.now()
        )
        if await self._connection.write(statement.on_conflict_do_nothing()):
            self._begun.add(key)
            return None
        row = await self._connection.row(
            select(commands.c.digest, commands.c.outcome).where(self._connection.here(commands), commands.c.key == key)
        )
        if row is None or bytes(row.digest) != digest:
            raise KeyReused(f"the key {key} came before with other content")
        outcome: Mapping[str, Any] = row.outcome
        return outcome

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        statement = select(commands.c.key).where(
            self._connection.here(commands), commands.c.key == any_(cast(list(keys), ARRAY(Text)))
        )
        return frozenset(row.key for row in await self._connection.rows(statement))

    async def complete(self, key: str, outcome: Mapping[str, Any]) -> None:
        statement = update(commands).where(
            self._connection.here(commands), commands.c.key == key, commands.c.outcome.is_(None)
        )
        if key not in self._begun or not await self._connection.write(statement.values(outcome=dict(outcome))):
            raise RuntimeError(f"the key {key} was not claimed in this unit")
        self._begun.discard(key)

    async def purge(self, prefix: str, before: datetime, limit: int) -> int:
        old = select(commands.c.key).where(
            self._connection.here(commands),
            commands.c.key.startswith(prefix, autoescape=True),
            commands.c.claimed_at < before,
        )
        return await self._connection.write(
            delete(commands).where(self._connection.here(commands), commands.c.key.in_(old.limit(limit)))
        )


class OutboxOnPostgres:
    """`core.ports.work.Outbox`."""

    def __init__(self, connection: DistrictConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add(self, row: OutboxRow) -> bool:
        statement = upsert(outbox).values(
            district=self._connection.district,
            id=row.id,
            topic=row.topic,
            kind=row.kind,
            key=row.key,
            data=dict(row.data),
            due_at=row.due_at,
            attempts=row.attempts,
            last_error=row.last_error,
            added_at=self._clock.now(),
        )
        return await self._connection.write(statement.on_conflict_do_nothing(index_elements=["district", "key"])) == 1

    async def claim(self, now: datetime, limit: int, lease_seconds: int) -> Sequence[OutboxRow]:
        due = (
            select(outbox.c.id)
            .where(
                self._connection.here(outbox),
                outbox.c.due_at <= now,
                outbox.c.done_at.is_(None),
                outbox.c.given_up_at.is_(None),
            )
            .order_by(outbox.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        taken = (
            update(outbox)
            .where(self._connection.here(outbox), outbox.c.id == due.c.id)
            .values(due_at=now + timedelta(seconds=lease_seconds), attempts=outbox.c.attempts + 1)
            .returning(outbox)
        )
        rows = [_outbox_row(row) for row in await self._connection.rows(taken)]
        return sorted(rows, key=lambda row: row.id)

    async def done(self, row_id: UUID, at: datetime) -> None:
        await self._mark(row_id, done_at=at, last_error="")

    async def retry(self, row_id: UUID, due_at: datetime, error: str) -> None:
        await self._mark(row_id, due_at=due_at, last_error=error)

    async def give_up(self, row_id: UUID, at: datetime, error: str) -> None:
        await self._mark(row_id, given_up_at=at, last_error=error)

    async def withdraw(self, key: str) -> bool:
        statement = delete(outbox).where(
            self._connection.here(outbox),
            outbox.c.key == key,
            outbox.c.done_at.is_(None),
            outbox.c.given_up_at.is_(None),
        )
        return await self._connection.write(statement) == 1

    async def purge(self, topic: str, before: datetime, limit: int) -> int:
        old = select(outbox.c.id).where(
            self._connection.here(outbox),
            outbox.c.topic == topic,
            outbox.c.added_at < before,
            outbox.c.done_at.is_not(None) | outbox.c.given_up_at.is_not(None),
        )
        return await self._connection.write(
            delete(outbox).where(self._connection.here(outbox), outbox.c.id.in_(old.limit(limit)))
        )

    async def _mark(self, row_id: UUID, **values: object) -> None:
        """Change a row that is still open; one that was finished by another worker stays as it is."""
        statement = update(outbox).where(
            self._connection.here(outbox),
            outbox.c.id == row_id,
            outbox.c.done_at.is_(None),
            outbox.c.given_up_at.is_(None),
        )
        await self._connection.write(statement.values(**values))


class JobsOnPostgres:
    """`core.ports.work.Jobs`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def begin(self, job: str, run_on: date, *, holder: str, now: datetime, lease_seconds: int) -> bool:
        statement = upsert(job_runs).values(
            district=self._connection.district,
            job=job,
            run_on=run_on,
            holder=holder,
            leased_until=now + timedelta(seconds=lease_seconds),
        )
        is_free = or_(job_runs.c.holder == statement.excluded.holder, job_runs.c.leased_until <= now)
        taken = statement.on_conflict_do_update(
            index_elements=["district", "job", "run_on"],
            set_={"holder": statement.excluded.holder, "leased_until": statement.excluded.leased_until},
            where=job_runs.c.finished_at.is_(None) & is_free,
        )
        return await self._connection.write(taken) == 1

    async def finish(self, job: str, run_on: date, *, at: datetime, counts: Mapping[str, int]) -> None:
        statement = update(job_runs).where(
            self._connection.here(job_runs),
            job_runs.c.job == job,
            job_runs.c.run_on == run_on,
            job_runs.c.finished_at.is_(None),
        )
        await self._connection.write(statement.values(finished_at=at, counts=dict(counts)))


class Days:
    """The business days of one district: one open, the earlier ones closed."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def open_day(self, *, lock: bool = False) -> date:
        """The district's business date. `lock` holds it until the unit ends. Raises `NotFound` before the first."""
        statement = select(district_days.c.business_on).where(
            self._connection.here(district_days), district_days.c.closed_at.is_(None)
        )
        row = await self._connection.row(statement.with_for_update() if lock else statement)
        if row is None and lock:
            # Who waited for a close finds the row closed and no other: the new day needs a new look.
            row = await self._connection.row(statement.with_for_update())
        if row is None:
            raise NotFound(f"the district {self._connection.district} has no business date")
        business_on: date = row.business_on
        return business_on

    async def keep_open(self, day: date) -> bool:
        """Whether a day is the open one. If so nobody closes it before the unit ends; any number may hold it so."""
        statement = select(district_days.c.business_on).where(
            self._connection.here(district_days),
            district_days.c.business_on == day,
            district_days.c.closed_at.is_(None),
        )
        return await self._connection.row(statement.with_for_update(read=True)) is not None

    async def open_first(self, business_on: date) -> None:
        """Open the first day; a district that has one keeps it."""
        known = select(district_days.c.business_on).where(self._connection.here(district_days)).limit(1)
        if await self._connection.row(known) is None:
            await self._open(business_on)

    async def close(self, closed: date, *, counts: Mapping[str, int], at: datetime) -> None:
        """Close the open day and open the next. Raises `Conflict` when `closed` is not the open one."""
        statement = update(district_days).where(
            self._connection.here(district_days),
            district_days.c.business_on == closed,
            district_days.c.closed_at.is_(None),
        )
        if not await self._connection.write(statement.values(closed_at=at, counts=dict(counts))):
            raise Conflict(f"{closed} is not the open day of {self._connection.district}")
        await self._open(closed + timedelta(days=1))

    async def _open(self, business_on: date) -> None:
        statement = upsert(district_days).values(district=self._connection.district, business_on=business_on)
        await self._connection.write(statement.on_conflict_do_nothing())


def _outbox_row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        district=row.district,
        topic=row.topic,
        kind=row.kind,
        key=row.key,
        data=row.data,
        due_at=row.due_at,
        attempts=row.attempts,
        last_error=row.last_error,
    )
