"""Why an application was declined, as far as figures can tell."""

from __future__ import annotations

from core.credit.affordability import Affordability
from core.errors import NotFound
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.references import Reference
from core.use_cases.applying import registered


async def passing_amount(engine: Engine, phone: PhoneNumber, reference: Reference) -> Money:
    """The amount whose instalments would have fitted the income, as the decision saw it; zero where none would.

    Raises `NotFound` (also for somebody else's), `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        application = await unit.applications.by_reference(reference)
        if application.borrower_id != entry.borrower_id:
            raise NotFound("there is no such application")
        scores = await unit.applications.scores(application.id)
    return Affordability.from_json(scores[-1].affordability).passing_amount if scores else ZERO
