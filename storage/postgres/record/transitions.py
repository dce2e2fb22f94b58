"""The steps that applications and loans took. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, insert, select

from core.records.transition import Transition
from storage.postgres.record.connection import DistrictConnection


async def add_transition(connection: DistrictConnection, table: Table, transition: Transition) -> None:
    """Append a step. Raises `Conflict` when its number is taken."""
    await connection.write(insert(table).values(district=connection.district, **asdict(transition)))


async def read_transitions(connection: DistrictConnection, table: Table, subject_id: UUID) -> Sequence[Transition]:
    """All steps of one subject, in order."""
    statement = select(table).where(connection.here(table), table.c.subject_id == subject_id).order_by(table.c.n)
    return [_transition(row) for row in await connection.rows(statement)]


def _transition(row: Row[Any]) -> Transition:
    return Transition(
        subject_id=row.subject_id,
        n=row.n,
        from_status=row.from_status,
        to_status=row.to_status,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        role=row.role,
        reason_code=row.reason_code,
        note=row.note,
        at=row.at,
        business_on=row.business_on,
    )
