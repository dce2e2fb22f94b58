"""Borrowers of one district, their consents and identity checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound
from core.phones import PhoneNumber
from core.records.borrower import Borrower, Channel, Consent, ConsentKind, IdentityCheck, Language
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.sealing import Sealing
from storage.postgres.tables.borrowers import borrowers, consents, identity_checks


class BorrowersOnPostgres:
    """`core.ports.lending.Borrowers`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, borrower: Borrower) -> None:
        statement = insert(borrowers).values(
            district=self._connection.district,
            id=borrower.id,
            language=borrower.language,
            given_names=borrower.given_names,
            surname=borrower.surname,
            residence_district=borrower.residence_district,
            registered_on=borrower.registered_on,
            registered_at=borrower.registered_at,
            channel=borrower.channel,
            blocked=borrower.blocked,
            wants_reminders=borrower.wants_reminders,
            **self._sealing.phone_columns(borrower),
            **self._sealing.identity_columns(borrower),
        )
        await self._connection.write(statement.on_conflict_do_nothing(index_elements=["district", "id"]))

    async def get(self, borrower_id: UUID, *, lock: bool = False) -> Borrower:
        statement = select(borrowers).where(self._connection.here(borrowers), borrowers.c.id == borrower_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such borrower")
        return self._borrower(row)

    async def save(self, borrower: Borrower) -> None:
        statement = update(borrowers).where(self._connection.here(borrowers), borrowers.c.id == borrower.id)
        touched = await self._connection.write(
            statement.values(
                language=borrower.language,
                residence_district=borrower.residence_district,
                blocked=borrower.blocked,
                wants_reminders=borrower.wants_reminders,
                **self._sealing.phone_columns(borrower),
            )
        )
        if not touched:
            raise NotFound("there is no such borrower")

    async def correct_national_id(self, borrower: Borrower) -> None:
        statement = update(borrowers).where(self._connection.here(borrowers), borrowers.c.id == borrower.id)
        if not await self._connection.write(statement.values(**self._sealing.identity_columns(borrower))):
            raise NotFound("there is no such borrower")

    async def give_consent(self, consent: Consent) -> None:
        statement = insert(consents).values(
            district=self._connection.district,
            borrower_id=consent.borrower_id,
            kind=consent.kind,
            given_at=consent.given_at,
            channel=consent.channel,
            text_version=consent.text_version,
            withdrawn_at=consent.withdrawn_at,
        )
        await self._connection.write(
            statement.on_conflict_do_update(
                index_elements=["district", "borrower_id", "kind", "given_at"],
                set_={"withdrawn_at": statement.excluded.withdrawn_at},
            )
        )

    async def withdraw_consent(self, borrower_id: UUID, kind: ConsentKind, at: datetime) -> None:
        standing = (consents.c.borrower_id == borrower_id, consents.c.kind == kind, consents.c.withdrawn_at.is_(None))
        statement = update(consents).where(self._connection.here(consents), *standing)
        await self._connection.write(statement.values(withdrawn_at=at))

    async def consents(self, borrower_id: UUID) -> Sequence[Consent]:
        statement = select(consents).where(self._connection.here(consents), consents.c.borrower_id == borrower_id)
        rows = await self._connection.rows(statement.order_by(consents.c.given_at, consents.c.kind))
        return [_consent(row) for row in rows]

    async def add_identity_check(self, check: IdentityCheck) -> None:
        statement = insert(identity_checks).values(
            district=self._connection.district,
            borrower_id=check.borrower_id,
            mfi_id=check.mfi_id,
            checked_at=check.checked_at,
            method=check.method,
            note=check.note,
            checked_by=check.checked_by,
            checked_by_name=check.checked_by_name,
        )
        await self._connection.write(statement.on_conflict_do_nothing())

    async def identity_check(self, borrower_id: UUID, mfi_id: UUID) -> IdentityCheck | None:
        checks = identity_checks
        statement = select(checks).where(
            self._connection.here(checks), checks.c.borrower_id == borrower_id, checks.c.mfi_id == mfi_id
        )
        row = await self._connection.row(statement.order_by(checks.c.checked_at.desc()).limit(1))
        return None if row is None else _identity_check(row)

    def _borrower(self, row: Row[Any]) -> Borrower:
        sealing = self._sealing
        return Borrower(
            id=row.id,
            district=row.district,
            phone=PhoneNumber(sealing.open(row.phone_sealed, "borrowers", row.id, "phone")),
            language=Language(row.language),
            given_names=row.given_names,
            surname=row.surname,
            national_id=sealing.open(row.national_id_sealed, "borrowers", row.id, "national_id"),
            date_of_birth=sealing.date_of_birth(row.date_of_birth_sealed, row.id),
            residence_district=row.residence_district,
            registered_on=row.registered_on,
            registered_at=row.registered_at,
            channel=Channel(row.channel),
            blocked=row.blocked,
            wants_reminders=row.wants_reminders,
        )


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        borrower_id=row.borrower_id,
        kind=ConsentKind(row.kind),
        given_at=row.given_at,
        channel=Channel(row.channel),
        text_version=row.text_version,
        withdrawn_at=row.withdrawn_at,
    )


def _identity_check(row: Row[Any]) -> IdentityCheck:
    return IdentityCheck(
        borrower_id=row.borrower_id,
        mfi_id=row.mfi_id,
        method=row.method,
        note=row.note,
        checked_by=row.checked_by,
        checked_by_name=row.checked_by_name,
        checked_at=row.checked_at,
    )
