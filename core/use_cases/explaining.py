"""Why an application was declined, as far as figures can tell."""

from __future__ import annotations

from core.credit.affordability import Affordability
from core.errors import NotFound
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.application import Application
from core.records.catalogue import ProductVersion
from core.references import Reference
from core.use_cases.callers import registered


def amount_to_try(application: Application, product: ProductVersion, passing: Money) -> Money:
    """`passing` where asking for it is another try: less than was asked for, and lent at all. Else zero.

    What was asked for may itself pass where staff know of less income than was told: then it is no amount to try again.
    """
    return passing if product.amount_min <= passing < application.amount else ZERO


async def passing_amount(engine: Engine, phone: PhoneNumber, reference: Reference) -> Money:
    """An amount whose instalments would have fitted the income, as the decision saw it; zero where none is to be tried.

    Raises `NotFound` (also for somebody else's), `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    catalogue = await engine.record.catalogue()
    async with engine.record.unit(entry.district) as unit:
        application = await unit.applications.by_reference(reference)
        if application.borrower_id != entry.borrower_id:
            raise NotFound("there is no such application")
        scores = await unit.applications.scores(application.id)
    passing = Affordability.from_json(scores[-1].affordability).passing_amount if scores else ZERO
    return amount_to_try(application, catalogue.product(application.product_id), passing)
