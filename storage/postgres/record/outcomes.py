"""What became of a district's loans, beside what their decisions knew: read by the page, one shard a statement."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select

from core.credit.backtest import PaidOutLoan
from core.ports.outcomes import OutcomePage
from core.records.loan import LoanStatus
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.applications import application_scores
from storage.postgres.tables.loans import instalments, loans


class OutcomesOnPostgres:
    """`core.ports.outcomes.Outcomes`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def page(self, on: date, *, after: UUID | None, limit: int) -> OutcomePage:
        rows = await self._connection.rows(self._statement(on, after, limit))
        return OutcomePage([_loan(row) for row in rows], rows[-1].id if len(rows) == limit else None)

    def _statement(self, on: date, after: UUID | None, limit: int) -> Select[Any]:
        """The newest advice of an application is that of its approval: nothing is weighed after it."""
        own = and_(self._connection.here(instalments), instalments.c.loan_id == loans.c.id)
        days_late = func.coalesce(instalments.c.settled_on, on) - instalments.c.due_on
        worst = select(func.max(days_late)).where(own, instalments.c.due_on < on).scalar_subquery()
        first_due = select(func.min(instalments.c.due_on)).where(own).scalar_subquery()
        scores = application_scores
        newest = (
            select(scores.c.inputs, scores.c.findings)
            .where(self._connection.here(scores), scores.c.application_id == loans.c.application_id)
            .order_by(scores.c.n.desc())
            .limit(1)
            .lateral()
        )
        statement = (
            select(
                loans.c.id,
                loans.c.status,
                newest.c.inputs,
                newest.c.findings,
                worst.label("worst_days_late"),
                first_due.label("first_due_on"),
            )
            .join(newest, newest.c.inputs.is_not(None))
            .where(
                self._connection.here(loans),
                loans.c.disbursed_on.is_not(None),
                loans.c.status.in_([LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF]),
            )
        )
        if after is not None:
            statement = statement.where(loans.c.id > after)
        return statement.order_by(loans.c.id).limit(limit)


def _loan(row: Row[Any]) -> PaidOutLoan:
    return PaidOutLoan(
        inputs=row.inputs,
        findings=tuple(row.findings),
        is_closed=row.status == LoanStatus.CLOSED,
        is_written_off=row.status == LoanStatus.WRITTEN_OFF,
        worst_days_late=max(0, row.worst_days_late or 0),
        first_due_on=row.first_due_on,
    )
