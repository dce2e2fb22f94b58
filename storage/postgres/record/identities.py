"""Identity cases, and changes of numbers and national IDs, of one district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from core.errors import Conflict, NotFound
from core.phones import PhoneNumber
from core.records.borrower import Channel
from core.records.identity import (
    CaseOutcome,
    CaseStatus,
    ChangeKind,
    ChangeStatus,
    ChangeUnderWay,
    IdentityCase,
    IdentityChange,
)
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.sealing import Sealing, tail
from storage.postgres.tables.identities import identity_cases, identity_changes

_CASE: Final = "identity_cases"
_CHANGE: Final = "identity_changes"


class IdentityCasesOnPostgres:
    """`core.ports.identities.IdentityCases`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, case: IdentityCase) -> None:
        values = asdict(case)
        del values["phone"]
        values["phone_sealed"] = self._sealing.seal(case.phone.e164, _CASE, case.id, "phone")
        values["phone_tail"] = tail(case.phone.e164)
        await self._connection.write(insert(identity_cases).values(**values))

    async def get(self, case_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> IdentityCase:
        statement = select(identity_cases).where(self._connection.here(identity_cases), identity_cases.c.id == case_id)
        if mfi_id is not None:
            statement = statement.where(identity_cases.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such case")
        return self._case(row)

    async def unclosed(self, borrower_id: UUID) -> Sequence[IdentityCase]:
        statement = select(identity_cases).where(
            self._connection.here(identity_cases),
            identity_cases.c.borrower_id == borrower_id,
            identity_cases.c.status != CaseStatus.CLOSED,
        )
        rows = await self._connection.rows(statement.order_by(identity_cases.c.opened_at, identity_cases.c.id))
        return [self._case(row) for row in rows]

    async def save(self, case: IdentityCase) -> None:
        statement = update(identity_cases).where(
            self._connection.here(identity_cases),
            identity_cases.c.id == case.id,
            identity_cases.c.version == case.version,
        )
        touched = await self._connection.write(
            statement.values(
                status=case.status,
                tried_at=case.tried_at,
                tries=case.tries,
                version=case.version + 1,
                change_id=case.change_id,
                outcome=case.outcome,
                note=case.note,
                closed_by=case.closed_by,
                closed_by_name=case.closed_by_name,
                closed_at=case.closed_at,
            )
        )
        if not touched:
            raise Conflict("the case was changed meanwhile")

    def _case(self, row: Row[Any]) -> IdentityCase:
        values = {field.name: getattr(row, field.name) for field in fields(IdentityCase) if field.name != "phone"}
        typed = {
            "phone": PhoneNumber(self._sealing.open(row.phone_sealed, _CASE, row.id, "phone")),
            "channel": Channel(row.channel),
            "status": CaseStatus(row.status),
            "outcome": CaseOutcome(row.outcome) if row.outcome is not None else None,
        }
        return IdentityCase(**(values | typed))


class IdentityChangesOnPostgres:
    """`core.ports.identities.IdentityChanges`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, change: IdentityChange) -> None:
        values = asdict(change)
        for name in ("old", "new"):
            values[f"{name}_sealed"] = self._sealing.seal(values.pop(name), _CHANGE, change.id, name)
        try:
            await self._connection.write(insert(identity_changes).values(**values))
        except Conflict as error:
            raise ChangeUnderWay from error

    async def get(self, change_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> IdentityChange:
        statement = select(identity_changes).where(
            self._connection.here(identity_changes), identity_changes.c.id == change_id
        )
        if mfi_id is not None:
            statement = statement.where(identity_changes.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such change")
        return self._change(row)

    async def overdue(self, before: datetime, limit: int) -> Sequence[IdentityChange]:
        statement = select(identity_changes).where(
            self._connection.here(identity_changes),
            identity_changes.c.status == ChangeStatus.PROPOSED,
            identity_changes.c.made_at < before,
        )
        ordered = statement.order_by(identity_changes.c.made_at, identity_changes.c.id).limit(limit)
        locked = ordered.with_for_update(key_share=True, skip_locked=True)
        return [self._change(row) for row in await self._connection.rows(locked)]

    async def agreed(self, before: datetime, limit: int) -> Sequence[IdentityChange]:
        statement = select(identity_changes).where(
            self._connection.here(identity_changes),
            identity_changes.c.status == ChangeStatus.AGREED,
            identity_changes.c.decided_at < before,
        )
        ordered = statement.order_by(identity_changes.c.decided_at, identity_changes.c.id)
        return [self._change(row) for row in await self._connection.rows(ordered.limit(limit))]

    async def save(self, change: IdentityChange) -> None:
        statement = update(identity_changes).where(
            self._connection.here(identity_changes),
            identity_changes.c.id == change.id,
            identity_changes.c.version == change.version,
        )
        touched = await self._connection.write(
            statement.values(
                status=change.status,
                version=change.version + 1,
                decided_by=change.decided_by,
                decided_by_name=change.decided_by_name,
                decided_at=change.decided_at,
                decision_note=change.decision_note,
                gives_up=change.gives_up,
                reservation_id=change.reservation_id,
                done_at=change.done_at,
            )
        )
        if not touched:
            raise Conflict("the change was decided meanwhile")

    def _change(self, row: Row[Any]) -> IdentityChange:
        plain = [field.name for field in fields(IdentityChange) if field.name not in {"old", "new"}]
        values = {name: getattr(row, name) for name in plain}
        opened = {
            name: self._sealing.open(getattr(row, f"{name}_sealed"), _CHANGE, row.id, name) for name in ("old", "new")
        }
        typed = {"kind": ChangeKind(row.kind), "status": ChangeStatus(row.status)}
        return IdentityChange(**(values | opened | typed))
