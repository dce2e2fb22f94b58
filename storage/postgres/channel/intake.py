"""The journal of what came in: `core.ports.intake.Intake`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from core.errors import NotFound
from core.ports.intake import IntakeRow, IntakeStatus
from storage.postgres.channel.pool import ChannelPool

_COLUMNS: Final = "scope, reference, kind, district, digest, payload, status, received_at, attempts, last_error, target"
_ACCEPT: Final = f"""
    insert into channel.intake ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (reference, scope) do nothing
"""  # noqa: S608 - constants
_STANDING: Final = f"select {_COLUMNS} from channel.intake where reference = $2 and scope = $1"  # noqa: S608 - constants
_WAITING: Final = f"""
    select {_COLUMNS} from channel.intake where district = $1 and status = 'waiting'
    order by attempts, received_at, reference limit $2
"""  # noqa: S608 - constants
_SET_ASIDE: Final = f"""
    select {_COLUMNS} from channel.intake where district = $1 and status = 'set_aside'
    order by received_at, reference limit $2
"""  # noqa: S608 - constants
# What is done stays done: a slower worker's failure does not bring it back.
_MARK: Final = """
    update channel.intake set status = $3, attempts = attempts + 1, last_error = $4, marked_at = $5
    where reference = $2 and scope = $1 and status not in ('done', 'returned')
"""
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
        )
        if await self._pool.write(_ACCEPT, *values):
            return None
        return await self._standing(row.scope, row.reference)

    async def pin(self, scope: str, reference: str, target: str) -> str:
        row = await self._pool.row(_PIN, scope, reference, target)
        if row is None:
            raise NotFound("nothing like that came in")
        return str(row["target"])

    async def waiting(self, district: str, limit: int) -> Sequence[IntakeRow]:
        return [_intake_row(row) for row in await self._pool.rows(_WAITING, district, limit)]

    async def set_aside(self, district: str, limit: int) -> Sequence[IntakeRow]:
        return [_intake_row(row) for row in await self._pool.rows(_SET_ASIDE, district, limit)]

    async def mark(self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = "") -> None:
        await self._pool.write(_MARK, scope, reference, status, error, at)

    async def _standing(self, scope: str, reference: str) -> IntakeRow:
        row = await self._pool.row(_STANDING, scope, reference)
        if row is None:
            raise NotFound("nothing like that came in")
        return _intake_row(row)


def _intake_row(row: asyncpg.Record) -> IntakeRow:
    return IntakeRow(**dict(row) | {"status": IntakeStatus(row["status"])})
