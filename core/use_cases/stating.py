"""A loan's statement by message: what was paid last, what is left and what is due next, at most once a day a loan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from core.loans.events import Repayment, Reversal
from core.loans.history import LoanHistory
from core.money import total
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import InstalmentRow, Loan, LoanStatus, overdue
from core.records.message import STATEMENT_PAYMENTS, MessageKind
from core.references import Reference
from core.use_cases.bookkeeping import history_of
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.telling import tell_of_loan

STATED: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF})
"""Where something is owed. A loan that was paid back had its receipt."""


class StatementOutcome(StrEnum):
    """What came of asking for one. Already: today's was sent before. Not running: nothing is owed on the loan."""

    SENT = "sent"
    ALREADY = "already"
    NOT_RUNNING = "not_running"


async def send_statement(engine: Engine, phone: PhoneNumber, reference: Reference, key: str) -> StatementOutcome:
    """Send one, once for each key, and for each loan and business date. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    own_key = f"{key}:{entry.borrower_id}"
    async with engine.record.unit(entry.district) as unit:
        earlier = await earlier_outcome(unit, own_key)
        if earlier is not None:
            return StatementOutcome(earlier["outcome"])
        loans = await unit.loans.of_borrower(entry.borrower_id)
        loan = next((loan for loan in loans if loan.reference == reference and loan.status in STATED), None)
        outcome = StatementOutcome.NOT_RUNNING if loan is None else await _tell(engine, unit, loan)
        await unit.commands.complete(own_key, {"outcome": outcome.value})
        await unit.commit()
    return outcome


async def _tell(engine: Engine, unit: Unit, loan: Loan) -> StatementOutcome:
    today = await unit.business_date()
    instalments = await unit.loans.instalments(loan.id)
    is_new = await tell_of_loan(
        engine,
        unit,
        MessageKind.LOAN_STATEMENT,
        loan,
        key=f"statement:{loan.id}:{today.isoformat()}",
        as_of_on=today,
        outstanding_minor=total(row.outstanding for row in instalments),
        **_due(instalments, today),
        **_paid_last(await history_of(engine, unit, loan)),
    )
    return StatementOutcome.SENT if is_new else StatementOutcome.ALREADY


def _due(instalments: Sequence[InstalmentRow], today: date) -> dict[str, object]:
    coming = next((row for row in instalments if row.outstanding and row.due_on >= today), None)
    return {
        "overdue_minor": overdue(instalments, today),
        "next_due_on": coming.due_on if coming else None,
        "next_due_minor": coming.outstanding if coming else None,
    }


def _paid_last(history: LoanHistory) -> dict[str, object]:
    """The newest payments that stand, newest first."""
    undone = {event.target for event in history.events if isinstance(event, Reversal)}
    payments = [event for event in history.events if isinstance(event, Repayment) and event.key not in undone]
    newest: list[Repayment | None] = [*sorted(payments, key=lambda each: (each.value_on, each.n), reverse=True)]
    newest += [None] * STATEMENT_PAYMENTS
    figures: dict[str, object] = {}
    for number, payment in enumerate(newest[:STATEMENT_PAYMENTS], start=1):
        figures[f"paid_{number}_on"] = payment.value_on if payment else None
        figures[f"paid_{number}_minor"] = payment.amount if payment else None
    return figures
