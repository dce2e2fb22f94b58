"""PIN resets and complaints of one district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from core.errors import Conflict, NotFound
from core.records.borrower import Channel
from core.records.complaint import Complaint, ComplaintKind, ComplaintStatus
from core.records.recovery import PinReset, ResetProof
from core.references import Reference
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.people import complaints, pin_resets


class PinResetsOnPostgres:
    """`core.ports.people.PinResets`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def add(self, reset: PinReset) -> None:
        values = asdict(reset) | {"district": self._connection.district}
        await self._connection.write(insert(pin_resets).values(**values))

    async def newest(self, borrower_id: UUID, *, lock: bool = False) -> PinReset | None:
        statement = (
            select(pin_resets)
            .where(self._connection.here(pin_resets), pin_resets.c.borrower_id == borrower_id)
            .order_by(pin_resets.c.started_at.desc(), pin_resets.c.id.desc())
            .limit(1)
        )
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            return None
        values = {field.name: getattr(row, field.name) for field in fields(PinReset)}
        return PinReset(**(values | {"proof": ResetProof(row.proof)}))

    async def count_since(self, borrower_id: UUID, since: datetime) -> int:
        statement = select(func.count().label("resets")).where(
            self._connection.here(pin_resets),
            pin_resets.c.borrower_id == borrower_id,
            pin_resets.c.started_at >= since,
        )
        row = await self._connection.row(statement)
        return 0 if row is None else int(row.resets)

    async def save(self, reset: PinReset) -> None:
        statement = update(pin_resets).where(self._connection.here(pin_resets), pin_resets.c.id == reset.id)
        await self._connection.write(
            statement.values(tries=reset.tries, verified_at=reset.verified_at, used_at=reset.used_at)
        )


class ComplaintsOnPostgres:
    """`core.ports.people.Complaints`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def add(self, complaint: Complaint) -> None:
        values = asdict(complaint) | {"reference": complaint.reference.digits}
        await self._connection.write(insert(complaints).values(**values))

    async def by_reference(self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False) -> Complaint:
        statement = select(complaints).where(
            self._connection.here(complaints), complaints.c.reference == reference.digits
        )
        if mfi_id is not None:
            statement = statement.where(complaints.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such complaint")
        return _complaint(row)

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Complaint]:
        statement = select(complaints).where(self._connection.here(complaints), complaints.c.borrower_id == borrower_id)
        rows = await self._connection.rows(statement.order_by(complaints.c.opened_at.desc(), complaints.c.id))
        return [_complaint(row) for row in rows]

    async def save(self, complaint: Complaint) -> None:
        statement = update(complaints).where(
            self._connection.here(complaints),
            complaints.c.id == complaint.id,
            complaints.c.version == complaint.version,
        )
        touched = await self._connection.write(
            statement.values(
                status=complaint.status,
                version=complaint.version + 1,
                answer=complaint.answer,
                answered_by=complaint.answered_by,
                answered_by_name=complaint.answered_by_name,
                answered_at=complaint.answered_at,
                closing_note=complaint.closing_note,
                closed_by=complaint.closed_by,
                closed_by_name=complaint.closed_by_name,
                closed_at=complaint.closed_at,
            )
        )
        if not touched:
            raise Conflict("the complaint was changed meanwhile")


def _complaint(row: Row[Any]) -> Complaint:
    values = {field.name: getattr(row, field.name) for field in fields(Complaint)}
    typed = {
        "reference": Reference(row.reference),
        "kind": ComplaintKind(row.kind),
        "channel": Channel(row.channel),
        "status": ComplaintStatus(row.status),
    }
    return Complaint(**(values | typed))
