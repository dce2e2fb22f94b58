"""Choosing what to apply for, of what is lent where the caller lives: in one list, or lender by lender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Choice, Outcome, Text, Value
from conversations.flows.apply import KNOWN_FROM_LAST
from conversations.flows.choosing_wallet import KEPT
from core.ports.directory import PhoneEntry
from core.ports.record import DistrictDown
from core.records.borrower import Purpose
from core.records.catalogue import Catalogue, ProductVersion
from core.use_cases.applying import APPLICATIONS_OPEN_MAX, LAST_APPLICATION_VALID_DAYS
from core.use_cases.borrowing import Overview, overview
from core.use_cases.callers import NotRegistered
from core.use_cases.taking import application_being_sent

PURPOSES: Final = {purpose: f"purpose.{purpose}" for purpose in Purpose}


@dataclass(frozen=True, slots=True)
class _OnOffer:
    """The products that the caller may apply for, of all lenders, and what their last application still tells."""

    catalogue: Catalogue
    products: tuple[ProductVersion, ...]
    told: Mapping[str, Value]

    @property
    def is_known(self) -> bool:
        """Whether the caller told us everything not long ago, so that they need not meet the lenders first."""
        return all(name in self.told for name in KNOWN_FROM_LAST)


async def products(scene: Scene, ask: Ask) -> Outcome:
    """Those of the chosen lender; or, for a caller whom we know, those of all lenders in their district in one list."""
    offer = await _on_offer(scene)
    if isinstance(offer, Outcome):
        return offer
    if "lender" in ask.arguments:
        return _of_lender(scene, offer, arguments.identifier(ask, "lender"))
    if not offer.is_known:
        return Outcome(name="lender_first", values=offer.told)
    language = scene.conversation.language
    listed = tuple(
        Choice(str(product.product_id), f"{offer.catalogue.mfi(product.mfi_id).name}: {product.name_in(language)}")
        for product in offer.products
    )
    return Outcome(name="listed", values={**offer.told, "products": listed})


async def lenders_here(scene: Scene, _ask: Ask) -> Outcome:
    """The lenders of whom the caller may ask for a loan, in the order of the one list of products."""
    offer = await _on_offer(scene)
    if isinstance(offer, Outcome):
        return offer
    lending = dict.fromkeys(product.mfi_id for product in offer.products)
    listed = tuple(Choice(str(mfi_id), offer.catalogue.mfi(mfi_id).name) for mfi_id in lending)
    return Outcome(name="listed", values={**offer.told, "lenders": listed})


def own_entry(scene: Scene) -> PhoneEntry:
    """The directory's entry of the caller. Raises `NotRegistered`."""
    if scene.registered is None:
        raise NotRegistered
    return scene.registered


async def _on_offer(scene: Scene) -> _OnOffer | Outcome:
    """What there is to choose from; or the outcome that there is nothing, or that nothing may be chosen now.

    While the district's records do not answer, everything is asked anew but the wallet, which no such application
    changes unless the borrower says so.
    """
    hours = scene.engine.service_hours
    if not hours.are_on(scene.engine.clock.now()):
        return Outcome(name="outside_hours", values={"opens_at": f"{hours.opens:%H:%M}"})
    entry = own_entry(scene)
    if (reference := await application_being_sent(scene.engine, entry.borrower_id)) is not None:
        return Outcome(name="being_sent", values={"reference": reference})
    seen = await _seen(scene)
    if seen is not None and seen.borrower.blocked:
        return Outcome(name="blocked")
    catalogue = await scene.engine.record.catalogue()
    lent = catalogue.products_lent_in(entry.district)
    waiting = () if seen is None else seen.open_applications
    lenders = {application.mfi_id for application in waiting}
    free = tuple(product for product in lent if product.mfi_id not in lenders)
    if not free or len(waiting) >= APPLICATIONS_OPEN_MAX:
        return Outcome(name="already_open" if lent else "none")
    return _OnOffer(catalogue, free, _told_last(seen))


async def _seen(scene: Scene) -> Overview | None:
    """What the caller has here; None while their district's records do not answer."""
    try:
        return await overview(scene.engine, scene.caller)
    except DistrictDown:
        return None


def _of_lender(scene: Scene, offer: _OnOffer, mfi_id: UUID) -> Outcome:
    language = scene.conversation.language
    own = (product for product in offer.products if product.mfi_id == mfi_id)
    listed = tuple(Choice(str(product.product_id), product.name_in(language)) for product in own)
    if not listed:
        return Outcome(name="lender_gone", values=offer.told)
    return Outcome(name="listed", values={**offer.told, "products": listed})


def _told_last(seen: Overview | None) -> dict[str, Value]:
    """Purpose, income, net pay and wallet of the last application while they are fresh: shown, and not asked again."""
    if seen is None:
        return {"wallet": KEPT}
    last = seen.last_application
    if last is None or (seen.business_on - last.submitted_on).days > LAST_APPLICATION_VALID_DAYS:
        return {}
    return {
        "purpose": Choice(last.purpose.value, Text(PURPOSES[last.purpose])),
        "income_kind": last.income_kind.value,
        "net_pay": last.net_pay,
        "wallet": KEPT,
    }
