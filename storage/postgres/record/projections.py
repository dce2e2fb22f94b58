"""What a replay of a loan's events gave, kept for screens and lists: its instalments and its position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import Insert, insert

from core.errors import NotFound
from core.money import Money
from core.records.loan import InstalmentRow, LoanPosition
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.loans import instalments, loan_positions, loans

_POSITION_KEY: Final = ("district", "loan_id")
_INSTALMENT_KEY: Final = ("district", "loan_id", "n")


class LoanProjections:
    """The projections of one district's loans."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def replace(self, position: LoanPosition, rows: Sequence[InstalmentRow]) -> None:
        """Write one loan's position and instalments over what was there; unchanged rows are left alone."""
        mfi_id = await self._repeat_on_loan(position)
        values = {"district": self._connection.district, **_position_values(position)}
        await self._connection.write(_upsert(insert(loan_positions).values(**values), _POSITION_KEY))
        await self._connection.write_many(
            _upsert(insert(instalments), _INSTALMENT_KEY),
            [{"mfi_id": mfi_id, **_instalment_values(row)} for row in rows],
        )
        last = max((row.n for row in rows), default=0)
        await self._connection.write(
            delete(instalments).where(
                self._connection.here(instalments),
                instalments.c.loan_id == position.loan_id,
                instalments.c.n > last,
            )
        )

    async def _repeat_on_loan(self, position: LoanPosition) -> UUID:
        """Write on the loan what its lists are read by; whose loan it is."""
        statement = (
            update(loans)
            .where(self._connection.here(loans), loans.c.id == position.loan_id)
            .values(
                oldest_unpaid_due_on=position.oldest_unpaid_due_on,
                outstanding_principal_lisente=position.principal.minor,
            )
            .returning(loans.c.mfi_id)
        )
        row = await self._connection.row(statement)
        if row is None:
            raise NotFound("there is no such loan")
        mfi_id: UUID = row.mfi_id
        return mfi_id

    async def instalments(self, loan_id: UUID) -> Sequence[InstalmentRow]:
        """In order."""
        statement = select(instalments).where(self._connection.here(instalments), instalments.c.loan_id == loan_id)
        return [_instalment(row) for row in await self._connection.rows(statement.order_by(instalments.c.n))]

    async def position(self, loan_id: UUID) -> LoanPosition | None:
        """None before the first event."""
        row = await self._connection.row(
            select(loan_positions).where(self._connection.here(loan_positions), loan_positions.c.loan_id == loan_id)
        )
        return None if row is None else _position(row)


def _upsert(statement: Insert, key: Sequence[str]) -> Insert:
    """Write over the row with the same key, but only when something differs: an untouched row costs no new version."""
    table = statement.table
    changing = [column.name for column in table.c if column.name not in key]
    stored = tuple_(*(table.c[name] for name in changing))
    given = tuple_(*(statement.excluded[name] for name in changing))
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: statement.excluded[name] for name in changing},
        where=stored.is_distinct_from(given),
    )


def _position_values(position: LoanPosition) -> dict[str, Any]:
    return {
        "loan_id": position.loan_id,
        "principal_lisente": position.principal.minor,
        "interest_lisente": position.interest.minor,
        "fees_lisente": position.fees.minor,
        "penalties_lisente": position.penalties.minor,
        "overpaid_lisente": position.overpaid.minor,
        "principal_receivable_lisente": position.principal_receivable.minor,
        "interest_receivable_lisente": position.interest_receivable.minor,
        "fee_receivable_lisente": position.fee_receivable.minor,
        "penalty_receivable_lisente": position.penalty_receivable.minor,
        "oldest_unpaid_due_on": position.oldest_unpaid_due_on,
        "next_due_lisente": position.next_due.minor,
    }


def _position(row: Row[Any]) -> LoanPosition:
    return LoanPosition(
        loan_id=row.loan_id,
        principal=Money(row.principal_lisente),
        interest=Money(row.interest_lisente),
        fees=Money(row.fees_lisente),
        penalties=Money(row.penalties_lisente),
        overpaid=Money(row.overpaid_lisente),
        principal_receivable=Money(row.principal_receivable_lisente),
        interest_receivable=Money(row.interest_receivable_lisente),
        fee_receivable=Money(row.fee_receivable_lisente),
        penalty_receivable=Money(row.penalty_receivable_lisente),
        oldest_unpaid_due_on=row.oldest_unpaid_due_on,
        next_due=Money(row.next_due_lisente),
    )


def _instalment_values(row: InstalmentRow) -> dict[str, Any]:
    return {
        "loan_id": row.loan_id,
        "n": row.n,
        "due_on": row.due_on,
        "principal_lisente": row.principal.minor,
        "interest_lisente": row.interest.minor,
        "fees_lisente": row.fees.minor,
        "penalties_lisente": row.penalties.minor,
        "principal_paid_lisente": row.principal_paid.minor,
        "interest_paid_lisente": row.interest_paid.minor,
        "fees_paid_lisente": row.fees_paid.minor,
        "penalties_paid_lisente": row.penalties_paid.minor,
        "waived_lisente": row.waived.minor,
        "settled_on": row.settled_on,
    }


def _instalment(row: Row[Any]) -> InstalmentRow:
    return InstalmentRow(
        loan_id=row.loan_id,
        n=row.n,
        due_on=row.due_on,
        principal=Money(row.principal_lisente),
        interest=Money(row.interest_lisente),
        fees=Money(row.fees_lisente),
        penalties=Money(row.penalties_lisente),
        principal_paid=Money(row.principal_paid_lisente),
        interest_paid=Money(row.interest_paid_lisente),
        fees_paid=Money(row.fees_paid_lisente),
        penalties_paid=Money(row.penalties_paid_lisente),
        waived=Money(row.waived_lisente),
        settled_on=row.settled_on,
    )
