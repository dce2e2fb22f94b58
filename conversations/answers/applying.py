"""Applying: how much of a product there is and for how long, what it costs, and the application itself."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from conversations.answers import arguments, key_facts
from conversations.answers.choosing_loan import own_entry
from conversations.answers.periods import term
from conversations.answers.table import Scene
from conversations.answers.wallets import named_wallet, paid_to
from conversations.engine import Ask, Choice, Outcome, Value
from core.ports.directory import PhoneEntry
from core.ports.record import DistrictDown
from core.records.borrower import IncomeKind, Purpose
from core.records.catalogue import Catalogue, ProductVersion
from core.references import Reference
from core.use_cases.applying import (
    RefusalReason,
    Submission,
    SubmissionOutcome,
    SubmitApplication,
)
from core.use_cases.locating import reserve_reference
from core.use_cases.quoting import quote as quote_for
from core.use_cases.taking import apply_for_loan

REFUSALS: Final = {reason.value: f"refusal.{reason}" for reason in RefusalReason}


async def product_limits(scene: Scene, ask: Ask) -> Outcome:
    """How much and for how long the chosen product may be borrowed."""
    catalogue = await scene.engine.record.catalogue()
    product = _product(catalogue, own_entry(scene), arguments.identifier(ask, "product"))
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
    entry = own_entry(scene)
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


def _product(catalogue: Catalogue, entry: PhoneEntry, product_id: UUID) -> ProductVersion | None:
    """The newest version of a product, if it is still lent where the caller lives."""
    lent = catalogue.products_lent_in(entry.district)
    return next((product for product in lent if product.product_id == product_id), None)


def _allows(product: ProductVersion, ask: Ask) -> bool:
    amount = arguments.money(ask, "amount")
    is_step = amount.minor % product.amount_step.minor == 0
    is_within = product.amount_min <= amount <= product.amount_max
    return is_within and is_step and arguments.whole(ask, "term") in product.terms.periods_offered
