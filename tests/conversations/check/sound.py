"""The longest values of the clinic, with which nothing is found on it."""

from __future__ import annotations

from conversations.check import Candidates
from core.money import Money
from core.references import Reference
from tests.conversations.engine.clinic import PRODUCTS

NAMES: Candidates = {
    "products": (PRODUCTS,),
    "product": (PRODUCTS[-1],),
    "name": ("Thabo", "Mamohlaloli Motšeanong", "\U0001f600" * 40),
    "amount": (Money(1), Money(999_999_99)),
    "cost": (Money(999_999_99),),
    "term": (12,),
    "reference": (Reference("1012345670"),),
}
