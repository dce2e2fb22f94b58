"""Payouts and payments of one district. Wallets and payers are sealed; their last digits stay readable for lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.errors import Conflict, NotFound
from core.money import Money
from core.records.loan import Disbursement, Payment, PayoutPurpose, PayoutStatus
from core.references import Reference
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.sealing import Sealing, tail
from storage.postgres.tables.movements import disbursements, payments

_UNANSWERED: Final = (PayoutStatus.SENT, PayoutStatus.UNKNOWN)
_SETTLED: Final = (PayoutStatus.CONFIRMED, PayoutStatus.FAILED)


class DisbursementsOnPostgres:
    """`core.ports.books.Disbursements`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, disbursement: Disbursement) -> None:
        # The unique index guards against a second live one; an unknown one, which it leaves out, is looked for here.
        # The caller holds the loan's row, so nothing comes in between.
        if any(_stands_in_the_way(other) for other in await self._same_money(disbursement)):
            raise Conflict("a payout of the same money is under way")
        values = {
            "district": self._connection.district,
            "id": disbursement.id,
            "loan_id": disbursement.loan_id,
            "mfi_id": disbursement.mfi_id,
            "attempt": disbursement.attempt,
            "rail": disbursement.rail,
            "reference": disbursement.reference,
            "wallet_sealed": self._sealing.seal(disbursement.wallet, "disbursements", disbursement.id, "wallet"),
            "wallet_tail": tail(disbursement.wallet),
            "amount_lisente": disbursement.amount.minor,
            "released_by": disbursement.released_by,
            "released_by_name": disbursement.released_by_name,
            "released_at": disbursement.released_at,
            "purpose": disbursement.purpose,
            "payment_id": disbursement.payment_id,
        }
        await self._connection.write(insert(disbursements).values(**values, **_outcome(disbursement)))

    async def get(self, reference: str, *, lock: bool = False) -> Disbursement:
        statement = select(disbursements).where(
            self._connection.here(disbursements), disbursements.c.reference == reference
        )
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such payout")
        return self._disbursement(row)

    async def of_loan(self, loan_id: UUID) -> Sequence[Disbursement]:
        return await self._by_attempt(disbursements.c.loan_id == loan_id, disbursements.c.purpose == PayoutPurpose.LOAN)

    async def refunds(self, subject_id: UUID) -> Sequence[Disbursement]:
        is_subject = or_(disbursements.c.loan_id == subject_id, disbursements.c.payment_id == subject_id)
        return await self._by_attempt(is_subject, disbursements.c.purpose != PayoutPurpose.LOAN)

    async def save(self, disbursement: Disbursement) -> None:
        statement = update(disbursements).where(
            self._connection.here(disbursements), disbursements.c.id == disbursement.id
        )
        if not await self._connection.write(statement.values(**_outcome(disbursement))):
            raise NotFound("there is no such payout")

    async def unsettled(
        self, older_than: datetime, limit: int, *, after: Disbursement | None = None
    ) -> Sequence[Disbursement]:
        order = (disbursements.c.released_at, disbursements.c.id)
        statement = select(disbursements).where(
            self._connection.here(disbursements),
            disbursements.c.status.in_(_UNANSWERED),
            disbursements.c.released_at < older_than,
        )
        if after is not None:
            statement = statement.where(tuple_(*order) > tuple_(after.released_at, after.id))
        rows = await self._connection.rows(statement.order_by(*order).limit(limit))
        return [self._disbursement(row) for row in rows]

    async def under_way(self, mfi_id: UUID, rail: str) -> Money:
        statement = select(func.coalesce(func.sum(disbursements.c.amount_lisente), 0).label("total")).where(
            self._connection.here(disbursements),
            disbursements.c.mfi_id == mfi_id,
            disbursements.c.rail == rail,
            disbursements.c.status.not_in(_SETTLED),
        )
        row = await self._connection.row(statement)
        return Money(0 if row is None else int(row.total))

    async def _same_money(self, disbursement: Disbursement) -> Sequence[Disbursement]:
        """The payouts that would pay the same again: of the loan, or refunds of its credit or of the payment."""
        of_one = self.of_loan if disbursement.purpose is PayoutPurpose.LOAN else self.refunds
        return await of_one(disbursement.subject_id)

    async def _by_attempt(self, *conditions: ColumnElement[bool]) -> Sequence[Disbursement]:
        statement = select(disbursements).where(self._connection.here(disbursements), *conditions)
        rows = await self._connection.rows(statement.order_by(disbursements.c.attempt))
        return [self._disbursement(row) for row in rows]

    def _disbursement(self, row: Row[Any]) -> Disbursement:
        return Disbursement(
            id=row.id,
            district=row.district,
            loan_id=row.loan_id,
            mfi_id=row.mfi_id,
            attempt=row.attempt,
            rail=row.rail,
            reference=row.reference,
            wallet=self._sealing.open(row.wallet_sealed, "disbursements", row.id, "wallet"),
            amount=Money(row.amount_lisente),
            status=PayoutStatus(row.status),
            released_by=row.released_by,
            released_by_name=row.released_by_name,
            released_at=row.released_at,
            failure_code=row.failure_code,
            rail_reference=row.rail_reference,
            settled_at=row.settled_at,
            purpose=PayoutPurpose(row.purpose),
            payment_id=row.payment_id,
            unknown_since=row.unknown_since,
            unknown_until=row.unknown_until,
            settled_by_name=row.settled_by_name,
            contradicted_by=row.contradicted_by,
            contradicted_at=row.contradicted_at,
        )


class PaymentsOnPostgres:
    """`core.ports.books.Payments`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, payment: Payment) -> bool:
        statement = upsert(payments).values(
            district=self._connection.district,
            id=payment.id,
            mfi_id=payment.mfi_id,
            rail=payment.rail,
            rail_reference=payment.rail_reference,
            assignment=payment.assignment,
            receipt=payment.receipt.digits,
            amount_lisente=payment.amount.minor,
            payer_sealed=self._sealing.seal(payment.payer, "payments", payment.id, "payer"),
            payer_tail=tail(payment.payer),
            account=payment.account,
            paid_at=payment.paid_at,
            value_on=payment.value_on,
            recorded_at=payment.recorded_at,
            loan_id=payment.loan_id,
            borrower_id=payment.borrower_id,
            status=payment.status,
        )
        key = ["district", "rail", "rail_reference", "assignment"]
        return await self._connection.write(statement.on_conflict_do_nothing(index_elements=key)) == 1

    async def get(self, rail: str, rail_reference: str) -> Payment | None:
        statement = select(payments).where(
            self._connection.here(payments),
            payments.c.rail == rail,
            payments.c.rail_reference == rail_reference,
        )
        row = await self._connection.row(statement.order_by(payments.c.assignment.desc()).limit(1))
        return None if row is None else self._payment(row)

    async def by_id(self, payment_id: UUID, *, lock: bool = False) -> Payment:
        statement = select(payments).where(self._connection.here(payments), payments.c.id == payment_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such payment")
        return self._payment(row)

    async def save(self, payment: Payment) -> None:
        statement = update(payments).where(self._connection.here(payments), payments.c.id == payment.id)
        touched = await self._connection.write(
            statement.values(status=payment.status, loan_id=payment.loan_id, borrower_id=payment.borrower_id)
        )
        if not touched:
            raise NotFound("there is no such payment")

    async def in_suspense(self, mfi_id: UUID) -> Sequence[Payment]:
        statement = select(payments).where(
            self._connection.here(payments), payments.c.mfi_id == mfi_id, payments.c.status == "suspense"
        )
        rows = await self._connection.rows(statement.order_by(payments.c.paid_at, payments.c.id))
        return [self._payment(row) for row in rows]

    def _payment(self, row: Row[Any]) -> Payment:
        return Payment(
            id=row.id,
            district=row.district,
            mfi_id=row.mfi_id,
            rail=row.rail,
            rail_reference=row.rail_reference,
            assignment=row.assignment,
            receipt=Reference(row.receipt),
            amount=Money(row.amount_lisente),
            payer=self._sealing.open(row.payer_sealed, "payments", row.id, "payer"),
            account=row.account,
            paid_at=row.paid_at,
            value_on=row.value_on,
            recorded_at=row.recorded_at,
            loan_id=row.loan_id,
            borrower_id=row.borrower_id,
            status=row.status,
        )


def _outcome(disbursement: Disbursement) -> dict[str, Any]:
    return {
        "status": disbursement.status,
        "failure_code": disbursement.failure_code,
        "rail_reference": disbursement.rail_reference,
        "settled_at": disbursement.settled_at,
        "unknown_since": disbursement.unknown_since,
        "unknown_until": disbursement.unknown_until,
        "settled_by_name": disbursement.settled_by_name,
        "contradicted_by": disbursement.contradicted_by,
        "contradicted_at": disbursement.contradicted_at,
    }


def _stands_in_the_way(other: Disbursement) -> bool:
    """Whether a payout forbids another of the same money. A credit can be refunded again once one has arrived."""
    if other.purpose is PayoutPurpose.CREDIT and other.status is PayoutStatus.CONFIRMED:
        return False
    return other.status is not PayoutStatus.FAILED
