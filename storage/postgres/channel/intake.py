"""The journal of what came in: `core.ports.intake.Intake`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from core.errors import NotFound
from core.ports.intake import Backlog, IntakeKind, IntakeRow, IntakeStatus
from storage.postgres.channel.pool import ChannelPool

_COLUMNS: Final = (
    "scope, reference, kind, district, digest, payload, status, received_at, attempts, last_error, target, owner"
)
_ACCEPT: Final = f"""
    insert into channel.intake ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (reference, scope) do nothing
"""  # noqa: S608 - constants
_STANDING: Final = f"select {_COLUMNS} from channel.intake where reference = $2 and scope = $1"  # noqa: S608 - constants
_WAITING: Final = f"""
    select {_COLUMNS} from channel.intake
    where district = $1 and status = 'waiting' and ($3::text is null or kind = $3)
    order by attempts, received_at, reference limit $2
"""  # noqa: S608 - constants
_SET_ASIDE: Final = f"""
    select {_COLUMNS} from channel.intake
    where district = $1 and status = 'set_aside' and ($3::text is null or kind = $3)
    order by received_at, reference limit $2
"""  # noqa: S608 - constants
# What is done stays done: a slower worker's failure does not bring it back.
_MARK: Final = """
    update channel.intake set status = $3, attempts = attempts + 1, last_error = $4, marked_at = $5
    where reference = $2 and scope = $1 and status not in ('done', 'returned')
    returning owner
"""
_TRY_AGAIN: Final = """
    update channel.intake set status = 'waiting', attempts = 0, marked_at = $3
    where reference = $2 and scope = $1 and status = 'set_aside'
"""
_BACKLOG: Final = """
    select count(*) filter (where status = 'waiting') as waiting,
        count(*) filter (where status = 'set_aside') as set_aside,
        min(received_at) filter (where status = 'waiting') as oldest_received_at
    from channel.intake where district = $1 and status in ('waiting', 'set_aside')
"""
# Kept apart, so that looking an owner up is a matter of one node: a row lies where its own key says.
_OWN: Final = """
    insert into channel.intake_owners (owner, scope, reference) values ($1, $2, $3)
    on conflict (owner, scope, reference) do nothing
"""
_OWNED: Final = "select scope, reference from channel.intake_owners where owner = $1 limit 100"
_DISOWN: Final = "delete from channel.intake_owners where owner = $1 and scope = $2 and reference = $3"
_OPEN: Final = frozenset({IntakeStatus.WAITING, IntakeStatus.SET_ASIDE})
_PIN: Final = """
    update channel.intake set target = case when target = '' then $3 else target end
    where reference = $2 and scope = $1
    returning target
"""


class IntakeOnPostgres:
    """`core.ports.intake.Intake`."""

    def __init__(self, pool: ChannelPool) -> None:
        self._pool = pool

    async def accept(self, row: IntakeRow) -> IntakeRow | None:
        values = (
            row.scope,
            row.reference,
            row.kind,
            row.district,
            row.digest,
            row.payload,
            row.status,
            row.received_at,
            row.attempts,
            row.last_error,
            row.target,
            row.owner,
        )
        if row.owner is not None:
            # First, so that the look-up may name a row that was never written, and never misses one.
            await self._pool.write(_OWN, row.owner, row.scope, row.reference)
        if await self._pool.write(_ACCEPT, *values):
            return None
        standing = await self.get(row.scope, row.reference)
        if standing is None:
            raise NotFound("nothing like that came in")
        await self._forget_owner_of(standing)
        return standing

    async def get(self, scope: str, reference: str) -> IntakeRow | None:
        row = await self._pool.row(_STANDING, scope, reference)
        return None if row is None else _intake_row(row)

    async def open_of(self, owner: str) -> Sequence[IntakeRow]:
        named = await self._pool.rows(_OWNED, owner)
        rows = [await self.get(each["scope"], each["reference"]) for each in named]
        found = [row for row in rows if row is not None and row.status in _OPEN]
        return sorted(found, key=lambda row: (row.received_at, row.reference))

    async def backlog(self, district: str, counted_max: int) -> Backlog:  # noqa: ARG002 -- counting costs little here
        row = await self._pool.row(_BACKLOG, district)
        return Backlog() if row is None else Backlog(**dict(row))

    async def pin(self, scope: str, reference: str, target: str) -> str:
        row = await self._pool.row(_PIN, scope, reference, target)
        if row is None:
            raise NotFound("nothing like that came in")
        return str(row["target"])

    async def waiting(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        return [_intake_row(row) for row in await self._pool.rows(_WAITING, district, limit, kind)]

    async def set_aside(self, district: str, limit: int, *, kind: IntakeKind | None = None) -> Sequence[IntakeRow]:
        return [_intake_row(row) for row in await self._pool.rows(_SET_ASIDE, district, limit, kind)]

    async def mark(self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = "") -> None:
        row = await self._pool.row(_MARK, scope, reference, status, error, at)
        if row is not None and row["owner"] is not None and status not in _OPEN:
            await self._pool.write(_DISOWN, row["owner"], scope, reference)

    async def try_again(self, scope: str, reference: str, *, at: datetime) -> bool:
        return bool(await self._pool.write(_TRY_AGAIN, scope, reference, at))

    async def _forget_owner_of(self, row: IntakeRow) -> None:
        """A row that came again after it was finished keeps nobody waiting."""
        if row.owner is not None and row.status not in _OPEN:
            await self._pool.write(_DISOWN, row.owner, row.scope, row.reference)


def _intake_row(row: asyncpg.Record) -> IntakeRow:
    return IntakeRow(**dict(row) | {"status": IntakeStatus(row["status"])})
