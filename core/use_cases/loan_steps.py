"""A loan from one state to the next, with the row that says who did it, why and when."""

from __future__ import annotations

from dataclasses import replace

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Transition
from core.records.loan import Loan, LoanStatus
from core.records.staff import Actor


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
    by_borrower = reason_code.endswith("_by_borrower")
    await unit.loans.add_transition(
        Transition(
            subject_id=loan.id,
            n=loan.version + 1,
            from_status=loan.status,
            to_status=to,
            actor_kind="staff" if actor else "borrower" if by_borrower else "system",
            actor_id=actor.staff_id if actor else loan.borrower_id if by_borrower else None,
            actor_name=actor.name if actor else "",
            role=actor.role if actor else "borrower" if by_borrower else "system",
            reason_code=reason_code,
            note=note,
            at=engine.clock.now(),
            business_on=await unit.business_date(),
        )
    )
    return replace(moved, version=loan.version + 1)
