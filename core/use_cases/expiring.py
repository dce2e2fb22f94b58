"""What a closed day ends: offers that nobody accepted, and applications that went back and never came again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from core.ports.engine import Engine
from core.records.application import RETURNED_DAYS_MAX, ApplicationStatus
from core.records.loan import LoanStatus
from core.records.message import MessageKind
from core.records.transition import THE_SYSTEM, step_between
from core.use_cases.loan_steps import move_loan
from core.use_cases.telling import tell_of_application, tell_of_loan


async def expire_offers(engine: Engine, district: str, day: date) -> int:
    """End the offers whose last day was this one or before; returns how many there were. Safe to repeat."""
    async with engine.record.unit(district) as unit:
        loan_ids = await unit.loans.offers_expired_on(day)
    for loan_id in loan_ids:
        await _expire_offer(engine, district, loan_id)
    return len(loan_ids)


async def expire_applications(engine: Engine, district: str, day: date) -> int:
    """End the applications that have waited for their borrower `RETURNED_DAYS_MAX` days; returns how many there were.

    Safe to repeat.
    """
    async with engine.record.unit(district) as unit:
        application_ids = await unit.applications.returned_until(day - timedelta(days=RETURNED_DAYS_MAX))
    for application_id in application_ids:
        await _expire_application(engine, district, application_id)
    return len(application_ids)


async def _expire_offer(engine: Engine, district: str, loan_id: UUID) -> None:
    async with engine.record.unit(district) as unit:
        loan = await unit.loans.get(loan_id, lock=True)
        if loan.status is not LoanStatus.OFFERED:
            return
        await move_loan(engine, unit, loan, LoanStatus.EXPIRED, "offer_expired")
        await tell_of_loan(engine, unit, MessageKind.OFFER_EXPIRED, loan, key=f"offer_expired:{loan.id}")
        await unit.commit()


async def _expire_application(engine: Engine, district: str, application_id: UUID) -> None:
    async with engine.record.unit(district) as unit:
        before = await unit.applications.get(application_id, lock=True)
        if before.status is not ApplicationStatus.RETURNED:
            return
        today, now = await unit.business_date(), engine.clock.now()
        expired = replace(before, status=ApplicationStatus.EXPIRED, decided_at=now, decided_on=today)
        await unit.applications.save(expired)
        await unit.applications.add_transition(
            step_between(before, expired, THE_SYSTEM, "not_answered", at=now, business_on=today)
        )
        key = f"application_expired:{before.id}"
        await tell_of_application(engine, unit, MessageKind.APPLICATION_EXPIRED, expired, key=key)
        await unit.commit()
