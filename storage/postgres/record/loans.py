"""Loans of one district: the contract, its steps, what was accepted and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.errors import Conflict, NotFound
from core.money import Money
from core.records.borrower import Channel
from core.records.loan import InstalmentRow, KeyFactsAccepted, Loan, LoanEventRow, LoanPosition, LoanStatus
from core.records.transition import Transition
from core.references import Reference
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.projections import LoanProjections
from storage.postgres.record.transitions import add_transition, read_transitions
from storage.postgres.tables.applications import loan_transitions
from storage.postgres.tables.loans import key_facts_accepted, loan_events, loans

_COLUMNS: Final = [
    column for column in loans.c if column.name not in {"oldest_unpaid_due_on", "outstanding_principal_lisente"}
]


class LoansOnPostgres:
    """`core.ports.lending.Loans`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection
        self._projections = LoanProjections(connection)

    async def add(self, loan: Loan) -> None:
        values = {
            "district": self._connection.district,
            "id": loan.id,
            "reference": loan.reference.digits,
            "application_id": loan.application_id,
            "borrower_id": loan.borrower_id,
            "mfi_id": loan.mfi_id,
            "product_id": loan.product_id,
            "product_version": loan.product_version,
            "offered_on": loan.offered_on,
            "version": loan.version,
        }
        await self._connection.write(insert(loans).values(**values, **_changeable(loan)))

    async def get(self, loan_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> Loan:
        return await self._one(loans.c.id == loan_id, mfi_id, lock=lock)

    async def by_reference(self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False) -> Loan:
        return await self._one(loans.c.reference == reference.digits, mfi_id, lock=lock)

    async def of_application(self, application_id: UUID) -> Loan | None:
        row = await self._connection.row(
            select(*_COLUMNS).where(self._connection.here(loans), loans.c.application_id == application_id)
        )
        return None if row is None else _loan(row)

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Loan]:
        statement = select(*_COLUMNS).where(self._connection.here(loans), loans.c.borrower_id == borrower_id)
        rows = await self._connection.rows(statement.order_by(loans.c.offered_on.desc(), loans.c.id.desc()))
        return [_loan(row) for row in rows]

    async def ids_after(self, loan_id: UUID, limit: int) -> Sequence[UUID]:
        statement = select(loans.c.id).where(
            self._connection.here(loans), loans.c.id > loan_id, loans.c.disbursed_on.is_not(None)
        )
        return [row.id for row in await self._connection.rows(statement.order_by(loans.c.id).limit(limit))]

    async def save(self, loan: Loan) -> None:
        statement = update(loans).where(
            self._connection.here(loans), loans.c.id == loan.id, loans.c.version == loan.version
        )
        if not await self._connection.write(statement.values(**_changeable(loan), version=loan.version + 1)):
            raise Conflict("the loan was changed meanwhile")

    async def add_transition(self, transition: Transition) -> None:
        await add_transition(self._connection, loan_transitions, transition)

    async def transitions(self, loan_id: UUID) -> Sequence[Transition]:
        return await read_transitions(self._connection, loan_transitions, loan_id)

    async def keep_key_facts(self, accepted: KeyFactsAccepted) -> None:
        """Keep what was accepted; a repeat of the same is ignored. Raises `Conflict` for another statement."""
        statement = upsert(key_facts_accepted).values(
            district=self._connection.district,
            loan_id=accepted.loan_id,
            figures=dict(accepted.figures),
            figures_hash=accepted.figures_hash,
            text_version=accepted.text_version,
            language=accepted.language,
            channel=accepted.channel,
            accepted_at=accepted.accepted_at,
        )
        if await self._connection.write(statement.on_conflict_do_nothing()):
            return
        kept = await self.key_facts(accepted.loan_id)
        if kept is None or kept.figures_hash != accepted.figures_hash:
            raise Conflict("another Key Fact Statement was accepted for this loan")

    async def key_facts(self, loan_id: UUID) -> KeyFactsAccepted | None:
        row = await self._connection.row(
            select(key_facts_accepted).where(
                self._connection.here(key_facts_accepted), key_facts_accepted.c.loan_id == loan_id
            )
        )
        return None if row is None else _key_facts(row)

    async def events(self, loan_id: UUID) -> Sequence[LoanEventRow]:
        statement = select(loan_events).where(self._connection.here(loan_events), loan_events.c.loan_id == loan_id)
        return [_event(row) for row in await self._connection.rows(statement.order_by(loan_events.c.n))]

    async def add_event(self, event: LoanEventRow) -> None:
        """Append. Raises `Conflict` when the number or the key is taken."""
        statement = insert(loan_events).values(
            district=self._connection.district,
            loan_id=event.loan_id,
            n=event.n,
            kind=event.kind,
            value_on=event.value_on,
            recorded_at=event.recorded_at,
            business_on=event.business_on,
            key=event.key,
            data=dict(event.data),
        )
        await self._connection.write(statement)

    async def project(self, position: LoanPosition, instalments: Sequence[InstalmentRow]) -> None:
        await self._projections.replace(position, instalments)

    async def instalments(self, loan_id: UUID) -> Sequence[InstalmentRow]:
        return await self._projections.instalments(loan_id)

    async def position(self, loan_id: UUID) -> LoanPosition | None:
        return await self._projections.position(loan_id)

    async def offers_expired_on(self, on: date) -> Sequence[UUID]:
        statement = select(loans.c.id).where(
            self._connection.here(loans), loans.c.status == LoanStatus.OFFERED, loans.c.offer_expires_on <= on
        )
        rows = await self._connection.rows(statement.order_by(loans.c.offer_expires_on, loans.c.id))
        return [row.id for row in rows]

    async def _one(self, condition: ColumnElement[bool], mfi_id: UUID | None, *, lock: bool) -> Loan:
        statement = select(*_COLUMNS).where(self._connection.here(loans), condition)
        if mfi_id is not None:
            statement = statement.where(loans.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such loan")
        return _loan(row)


def _changeable(loan: Loan) -> dict[str, Any]:
    """What the life of a loan changes; whose it is and what it was made from stays."""
    return {
        "principal_lisente": loan.principal.minor,
        "terms": dict(loan.terms),
        "status": loan.status,
        "offer_expires_on": loan.offer_expires_on,
        "accepted_at": loan.accepted_at,
        "disbursed_on": loan.disbursed_on,
        "closed_on": loan.closed_on,
    }


def _loan(row: Row[Any]) -> Loan:
    return Loan(
        id=row.id,
        district=row.district,
        reference=Reference(row.reference),
        application_id=row.application_id,
        borrower_id=row.borrower_id,
        mfi_id=row.mfi_id,
        product_id=row.product_id,
        product_version=row.product_version,
        principal=Money(row.principal_lisente),
        terms=row.terms,
        status=LoanStatus(row.status),
        offered_on=row.offered_on,
        offer_expires_on=row.offer_expires_on,
        version=row.version,
        accepted_at=row.accepted_at,
        disbursed_on=row.disbursed_on,
        closed_on=row.closed_on,
    )


def _key_facts(row: Row[Any]) -> KeyFactsAccepted:
    return KeyFactsAccepted(
        loan_id=row.loan_id,
        figures=row.figures,
        figures_hash=bytes(row.figures_hash),
        text_version=row.text_version,
        language=row.language,
        channel=Channel(row.channel),
        accepted_at=row.accepted_at,
    )


def _event(row: Row[Any]) -> LoanEventRow:
    return LoanEventRow(
        loan_id=row.loan_id,
        n=row.n,
        kind=row.kind,
        value_on=row.value_on,
        recorded_at=row.recorded_at,
        business_on=row.business_on,
        key=row.key,
        data=row.data,
    )
