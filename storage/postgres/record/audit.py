"""The audit trail of one district and the seals on it. No row is changed or removed here, and the role could not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.ports.work import AuditEntry, AuditSeal
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.work import audit_entries, audit_seals


class AuditOnPostgres:
    """`core.ports.work.Audit`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry) -> None:
        statement = insert(audit_entries).values(
            district=self._connection.district,
            id=entry.id,
            mfi_id=entry.mfi_id,
            at=entry.at,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            action=entry.action,
            subject=entry.subject,
            details=dict(entry.details),
            ip=entry.ip,
        )
        await self._connection.write(statement)

    async def between(
        self, mfi_id: UUID, after: datetime, through: datetime, limit: int | None = None
    ) -> Sequence[AuditEntry]:
        within = (
            self._connection.here(audit_entries),
            audit_entries.c.mfi_id == mfi_id,
            audit_entries.c.at > after,
            audit_entries.c.at <= through,
        )
        statement = select(audit_entries).where(*within)
        if limit is not None:
            last = select(audit_entries.c.at).where(*within).order_by(audit_entries.c.at).offset(limit - 1).limit(1)
            statement = statement.where(audit_entries.c.at <= func.coalesce(last.scalar_subquery(), through))
        rows = await self._connection.rows(statement.order_by(audit_entries.c.at, audit_entries.c.id))
        return [_entry(row) for row in rows]

    async def newest_seal(self, mfi_id: UUID) -> AuditSeal | None:
        statement = select(audit_seals).where(self._connection.here(audit_seals), audit_seals.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.order_by(audit_seals.c.n.desc()).limit(1))
        return None if row is None else _seal(row)

    async def seals(self, mfi_id: UUID, after_n: int, limit: int) -> Sequence[AuditSeal]:
        statement = select(audit_seals).where(
            self._connection.here(audit_seals), audit_seals.c.mfi_id == mfi_id, audit_seals.c.n > after_n
        )
        return [_seal(row) for row in await self._connection.rows(statement.order_by(audit_seals.c.n).limit(limit))]

    async def add_seal(self, seal: AuditSeal) -> bool:
        statement = upsert(audit_seals).values(
            district=self._connection.district,
            mfi_id=seal.mfi_id,
            n=seal.n,
            after_at=seal.after_at,
            through_at=seal.through_at,
            entries=dict(seal.entries),
            previous=seal.previous,
            seal=seal.seal,
            sealed_at=seal.sealed_at,
        )
        return await self._connection.write(statement.on_conflict_do_nothing()) == 1


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        mfi_id=row.mfi_id,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        subject=row.subject,
        details=row.details,
        ip=row.ip,
    )


def _seal(row: Row[Any]) -> AuditSeal:
    return AuditSeal(
        district=row.district,
        mfi_id=row.mfi_id,
        n=row.n,
        after_at=row.after_at,
        through_at=row.through_at,
        entries=row.entries,
        previous=bytes(row.previous),
        seal=bytes(row.seal),
        sealed_at=row.sealed_at,
    )
