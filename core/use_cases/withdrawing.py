"""Taking back an application that nobody has decided yet."""

from __future__ import annotations

from dataclasses import replace

from core.errors import NotFound
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.application import Application, ApplicationStatus
from core.records.message import MessageKind
from core.records.transition import by_borrower, step_between
from core.references import Reference
from core.use_cases.callers import registered
from core.use_cases.telling import tell_of_application


async def withdraw_application(engine: Engine, phone: PhoneNumber, reference: Reference) -> Application:
    """Take an open application back. Key: `withdraw:{application}`; repeating it returns the withdrawn one."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        application = await unit.applications.by_reference(reference, lock=True)
        if application.borrower_id != entry.borrower_id:
            raise NotFound("there is no such application")
        if application.status is ApplicationStatus.WITHDRAWN:
            return application
        application.check_transition(ApplicationStatus.WITHDRAWN)
        today = await unit.business_date()
        now = engine.clock.now()
        withdrawn = replace(application, status=ApplicationStatus.WITHDRAWN, decided_at=now, decided_on=today)
        await unit.applications.save(withdrawn)
        await unit.applications.add_transition(
            step_between(
                application,
                withdrawn,
                by_borrower(entry.borrower_id),
                "withdrawn_by_borrower",
                at=now,
                business_on=today,
            )
        )
        key = f"withdrawn:{application.id}"
        await tell_of_application(engine, unit, MessageKind.APPLICATION_WITHDRAWN, withdrawn, key=key)
        await unit.commit()
    return withdrawn
