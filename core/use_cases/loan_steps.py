"""A loan from one state to the next, with the row that says who did it, why and when."""

from __future__ import annotations

from dataclasses import replace

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan, LoanStatus
from core.records.staff import Actor
from core.records.transition import THE_SYSTEM, StepTaker, by_borrower, by_staff, step_between


async def move_loan(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    to: LoanStatus,
    reason_code: str,
    *,
    actor: Actor | None = None,
    note: str = "",
) -> Loan:
    """Take a loan to another state, with the row that says who did it and why. Raises `IllegalLoanTransition`."""
    loan.check_transition(to)
    return await note_step(engine, unit, loan, to, reason_code, actor=actor, note=note)


async def note_step(
    engine: Engine,
    unit: Unit,
    loan: Loan,
    to: LoanStatus,
    reason_code: str,
    *,
    actor: Actor | None = None,
    note: str = "",
) -> Loan:
    """Keep a loan in a state that the caller has checked, with the row that says who did what and why."""
    moved = replace(loan, status=to)
    await unit.loans.save(moved)
    await unit.loans.add_transition(
        step_between(
            loan,
            moved,
            _taker(loan, reason_code, actor),
            reason_code,
            at=engine.clock.now(),
            business_on=await unit.business_date(),
            note=note,
        )
    )
    return replace(moved, version=loan.version + 1)


def _taker(loan: Loan, reason_code: str, actor: Actor | None) -> StepTaker:
    """Staff where somebody of them acts; else the reason says whether the borrower did it or nobody."""
    if actor is not None:
        return by_staff(actor)
    return by_borrower(loan.borrower_id) if reason_code.endswith("_by_borrower") else THE_SYSTEM
