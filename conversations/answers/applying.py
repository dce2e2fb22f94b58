"""Applying: what is on offer where the caller lives, what it costs, and the application itself."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from conversations.answers import arguments, key_facts
from conversations.answers.periods import term
from conversations.answers.table import Scene
from conversations.answers.wallets import named_wallet, paid_to
from conversations.engine import Ask, Choice, Outcome, Text, Value
from conversations.flows.choosing_wallet import KEPT
from core.ports.directory import PhoneEntry
from core.ports.record import DistrictDown
from core.records.application import OPEN_STATUSES, Application
from core.records.borrower import IncomeKind, Purpose
from core.records.catalogue import Catalogue, ProductVersion
from core.references import Reference
from core.use_cases.applying import (
    LAST_APPLICATION_VALID_DAYS,
    NotRegistered,
    RefusalReason,
    Submission,
    SubmissionOutcome,
    SubmitApplication,
)
from core.use_cases.borrowing import Overview, overview
from core.use_cases.locating import reserve_reference
from core.use_cases.quoting import quote as quote_for
from core.use_cases.taking import application_being_sent, apply_for_loan

REFUSALS: Final = {reason.value: f"refusal.{reason}" for reason in RefusalReason}
PURPOSES: Final = {purpose: f"purpose.{purpose}" for purpose in Purpose}


async def products(scene: Scene, _ask: Ask) -> Outcome:
    """All products of all lenders in the caller's district in one list, and what their last application still tells.

    While the district's records do not answer, everything is asked anew but the wallet, which no such application
    changes unless the borrower says so.
    """
    hours = scene.engine.service_hours
    if not hours.are_on(scene.engine.clock.now()):
        return Outcome(name="outside_hours", values={"opens_at": f"{hours.opens:%H:%M}"})
    entry = _entry(scene)
    if (reference := await application_being_sent(scene.engine, entry.borrower_id)) is not None:
        return Outcome(name="being_sent", values={"reference": reference})
    seen = await _seen(scene)
    if seen is not None and seen.borrower.blocked:
        return Outcome(name="blocked")
    catalogue = await scene.engine.record.catalogue()
    lent = catalogue.products_lent_in(entry.district)
    waiting = _waiting(seen)
    free = [product for product in lent if waiting is None or product.mfi_id != waiting.mfi_id]
    if not free:
        return Outcome(name="already_open" if lent else "none")
    language = scene.conversation.language
    listed = tuple(Choice(str(product.product_id), _label(catalogue, product, language)) for product in free)
    return Outcome(name="listed", values={"products": listed, **_told_last(seen)})


async def _seen(scene: Scene) -> Overview | None:
    """What the caller has here; None while their district's records do not answer."""
    try:
        return await overview(scene.engine, scene.caller)
    except DistrictDown:
        return None


async def product_limits(scene: Scene, ask: Ask) -> Outcome:
    """How much and for how long the chosen product may be borrowed."""
    catalogue = await scene.engine.record.catalogue()
    product = _product(catalogue, _entry(scene), arguments.identifier(ask, "product"))
    if product is None:
        return Outcome(name="gone")
    offered = product.terms
    terms = tuple(
        Choice(str(periods), term(periods, offered.period_unit, offered.period_every))
        for periods in offered.periods_offered
    )
    values: dict[str, Value] = {
        "amount_min": product.amount_min,
        "amount_max": product.amount_max,
        "amount_step": product.amount_step,
        "terms": terms,
        "product_version": product.version,
    }
    return Outcome(name="known", values=values)


async def quote(scene: Scene, ask: Ask) -> Outcome:
    """What the loan would cost, from today. The reference is reserved once and stays with the draft.

    A product that changed since its limits were shown is chosen anew: an application is made under one version.
    """
    catalogue = await scene.engine.record.catalogue()
    entry = _entry(scene)
    product = _product(catalogue, entry, arguments.identifier(ask, "product"))
    amount, periods = arguments.money(ask, "amount"), arguments.whole(ask, "term")
    if product is None or not _allows(product, ask):
        return Outcome(name="gone")
    to = paid_to(ask)
    if to is None:
        return Outcome(name="wallet_missing")
    facts = quote_for(product, amount, periods, await _business_date(scene, entry)).key_facts
    reserved = ask.arguments.get("reserved")
    if not isinstance(reserved, Reference):
        owner = scene.conversation.draft_id
        reserved = await reserve_reference(scene.engine, "application", entry.district, owner)
    values = {
        **key_facts.figures(facts),
        **key_facts.conditions(product, catalogue.mfi(product.mfi_id)),
        "each_fee": key_facts.each_fee(facts, scene.conversation.language),
        "paid_to": to,
        "reserved": reserved,
        "product_version": product.version,
    }
    return Outcome(name="quoted", values=values)


async def _business_date(scene: Scene, entry: PhoneEntry) -> date:
    """The caller's district's, which a session that began before they registered does not know yet."""
    try:
        async with scene.engine.record.unit(entry.district) as unit:
            return await unit.business_date()
    except DistrictDown:
        return scene.conversation.today


async def apply(scene: Scene, ask: Ask) -> Outcome:
    """Submit, once for each draft; or leave it with the intake until the district's records answer."""
    command = SubmitApplication(
        draft_id=arguments.named_by(ask),
        reference=arguments.reference(ask, "reserved"),
        phone=scene.caller,
        product_id=arguments.identifier(ask, "product"),
        product_version=arguments.whole(ask, "product_version"),
        amount=arguments.money(ask, "amount"),
        periods=arguments.whole(ask, "term"),
        purpose=Purpose(arguments.text(ask, "purpose")),
        net_pay=arguments.money(ask, "net_pay"),
        income_kind=IncomeKind(arguments.text(ask, "income_kind")),
        channel=scene.channel,
        wallet=named_wallet(scene.caller, ask),
    )
    return _submitted(await apply_for_loan(scene.engine, command))


def _submitted(submission: Submission) -> Outcome:
    if submission.outcome is not SubmissionOutcome.REFUSED:
        return Outcome(name=submission.outcome.value, values={"reference": submission.reference})
    reason = key_facts.as_reason(submission.reason, REFUSALS, "refusal.other")
    return Outcome(name="refused", values={"reason": reason})


def _entry(scene: Scene) -> PhoneEntry:
    if scene.registered is None:
        raise NotRegistered
    return scene.registered


def _product(catalogue: Catalogue, entry: PhoneEntry, product_id: UUID) -> ProductVersion | None:
    """The newest version of a product, if it is still lent where the caller lives."""
    lent = catalogue.products_lent_in(entry.district)
    return next((product for product in lent if product.product_id == product_id), None)


def _allows(product: ProductVersion, ask: Ask) -> bool:
    amount = arguments.money(ask, "amount")
    is_step = amount.minor % product.amount_step.minor == 0
    is_within = product.amount_min <= amount <= product.amount_max
    return is_within and is_step and arguments.whole(ask, "term") in product.terms.periods_offered


def _waiting(seen: Overview | None) -> Application | None:
    application = None if seen is None else seen.application
    return application if application is not None and application.status in OPEN_STATUSES else None


def _label(catalogue: Catalogue, product: ProductVersion, language: str) -> str:
    return f"{catalogue.mfi(product.mfi_id).name}: {product.name_in(language)}"


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
