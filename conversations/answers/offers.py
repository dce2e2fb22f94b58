"""What became of an application, and the offer that the borrower accepts or declines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.answers import arguments, following, key_facts
from conversations.answers.standing import choices, chosen_application, chosen_offer, is_several
from conversations.answers.table import DISTRICT_DOWN, Scene
from conversations.answers.telephones import telephone
from conversations.engine import Ask, Outcome, Text, Value
from conversations.flows.wording import TEXT_VERSION
from core.errors import NotFound
from core.ports.record import DistrictDown
from core.records.application import (
    Application,
    ApplicationStatus,
    IllegalTransition,
    RejectionReason,
    ReturnReason,
)
from core.records.borrower import BorrowerBlocked, Language
from core.records.catalogue import LenderSuspended
from core.records.loan import FiguresChanged, IllegalLoanTransition, LoanStatus, OfferExpired
from core.references import Reference
from core.use_cases.borrowing import (
    AcceptOffer,
    DeclineOffer,
    OfferView,
    Overview,
    accept_offer,
    bar_to_accepting,
    decline_offer,
    overview,
)
from core.use_cases.taking import application_being_sent
from core.use_cases.withdrawing import withdraw_application

REJECTIONS: Final = {reason.value: f"rejection.{reason}" for reason in RejectionReason}
RETURNS: Final = {reason.value: f"return.{reason}" for reason in ReturnReason}

_S = ApplicationStatus
_BY_STATUS: Final[Mapping[ApplicationStatus, str]] = {
    _S.SUBMITTED: "waiting",
    _S.IN_REVIEW: "waiting",
    _S.AWAITING_SECOND_APPROVAL: "waiting",
    _S.RETURNED: "returned",
    _S.REJECTED: "rejected",
    _S.WITHDRAWN: "over",
    _S.EXPIRED: "over",
}
_OVER: Final = {
    _S.WITHDRAWN: "application.state_withdrawn",
    _S.EXPIRED: "application.state_expired",
}
_L = LoanStatus
_AFTER_APPROVAL: Final[Mapping[LoanStatus, tuple[str, str]]] = {
    _L.ACCEPTED: ("payout", "application.state_accepted"),
    _L.DISBURSING: ("payout", "application.state_on_its_way"),
    _L.ACTIVE: ("over", "application.state_paid_out"),
    _L.WRITTEN_OFF: ("over", "application.state_paid_out"),
    _L.CLOSED: ("over", "application.state_paid_back"),
}
"""An approved application lives on as its loan. Any other status: the offer was not taken, or not kept."""


async def my_applications(scene: Scene, ask: Ask) -> Outcome:
    """Several offers or open applications to choose from; else where the only one stands, as `my_application` says."""
    try:
        seen = await overview(scene.engine, scene.caller)
    except DistrictDown:
        return await _while_district_is_down(scene)
    if not is_several(seen):
        return await _meant(scene, ask, seen)
    listed = choices(seen, await scene.engine.record.catalogue())
    return Outcome(name="several", values={"applications": listed})


async def my_application(scene: Scene, ask: Ask) -> Outcome:
    """Where the chosen application stands, while it is open.

    Else an offer comes before everything, one that is being sent before others, and then the newest. What is being sent
    can be told of while the district's records do not answer, too.
    """
    try:
        seen = await overview(scene.engine, scene.caller)
    except DistrictDown:
        return await _while_district_is_down(scene)
    return await _meant(scene, ask, seen)


async def _meant(scene: Scene, ask: Ask, seen: Overview) -> Outcome:
    """The same, of what was seen already."""
    application = chosen_application(seen, ask)
    if application is not None:
        return await _standing(scene, seen, application)
    if seen.offer is not None:
        return Outcome(name="offer")
    if (outcome := await _being_sent(scene)) is not None:
        return outcome
    if seen.application is None:
        return Outcome(name="none")
    return await _standing(scene, seen, seen.application)


async def _while_district_is_down(scene: Scene) -> Outcome:
    outcome = await _being_sent(scene)
    return outcome if outcome is not None else Outcome(name=DISTRICT_DOWN)


async def _being_sent(scene: Scene) -> Outcome | None:
    if scene.registered is None:
        return None
    reference = await application_being_sent(scene.engine, scene.registered.borrower_id)
    return None if reference is None else Outcome(name="being_sent", values={"reference": reference})


async def withdraw(scene: Scene, ask: Ask) -> Outcome:
    """Take an application back, while nobody has decided on it."""
    try:
        await withdraw_application(scene.engine, scene.caller, arguments.reference(ask, "reference"))
    except (IllegalTransition, NotFound):
        return Outcome(name="too_late")
    return Outcome(name="withdrawn")


async def offer(scene: Scene, ask: Ask) -> Outcome:
    """The chosen offer, or the newest that stands, with the exact figures that would be accepted."""
    seen = await overview(scene.engine, scene.caller)
    stands = chosen_offer(seen, ask)
    if stands is None:
        return Outcome(name="none")
    bar = bar_to_accepting(stands.mfi, seen.borrower)
    if bar is not None:
        return _barred(bar, stands)
    catalogue = await scene.engine.record.catalogue()
    loan, facts = stands.loan, stands.key_facts
    values = {
        **key_facts.figures(facts),
        **key_facts.conditions(catalogue.product(loan.product_id, loan.product_version), stands.mfi),
        "each_fee": key_facts.each_fee(facts, scene.conversation.language),
        "offer": str(loan.id),
        "loan_reference": loan.reference,
        "figures_hash": facts.sha256.hex(),
        "expires_on": loan.offer_expires_on,
    }
    return Outcome(name="offered", values=values)


async def accept(scene: Scene, ask: Ask) -> Outcome:
    """Accept exactly the figures that were shown, once for each offer."""
    command = AcceptOffer(
        loan_reference=arguments.reference(ask, "loan_reference"),
        phone=scene.caller,
        figures_hash=bytes.fromhex(arguments.text(ask, "figures_hash")),
        text_version=TEXT_VERSION,
        language=Language(scene.conversation.language),
        channel=scene.channel,
    )
    try:
        await accept_offer(scene.engine, command)
    except OfferExpired:
        return Outcome(name="expired")
    except FiguresChanged:
        return Outcome(name="changed")
    except (LenderSuspended, BorrowerBlocked) as bar:
        return await _barred_now(scene, bar, command.loan_reference)
    except (IllegalLoanTransition, NotFound):
        return Outcome(name="gone")
    return Outcome(name="accepted")


async def _barred_now(scene: Scene, bar: LenderSuspended | BorrowerBlocked, reference: Reference) -> Outcome:
    """Why exactly this offer was not accepted, unless it ended in the meantime."""
    seen = await overview(scene.engine, scene.caller)
    barred = next((offer for offer in seen.offers if offer.loan.reference == reference), None)
    return Outcome(name="gone") if barred is None else _barred(bar, barred)


def _barred(bar: LenderSuspended | BorrowerBlocked, barred: OfferView) -> Outcome:
    """Why the offer cannot be accepted now, and what declining it and complaining take."""
    loan, mfi = barred.loan, barred.mfi
    why = "offer.lender_suspended" if isinstance(bar, LenderSuspended) else "offer.borrower_blocked"
    values: dict[str, Value] = {
        "why_barred": Text(why, {"mfi_name": mfi.name}),
        "mfi_name": mfi.name,
        "complaints_phone": telephone(mfi.complaints_phone),
        "principal": loan.principal,
        "offer": str(loan.id),
        "loan_reference": loan.reference,
    }
    return Outcome(name="barred", values=values)


async def decline(scene: Scene, ask: Ask) -> Outcome:
    """Turn the offer down, once for each offer."""
    command = DeclineOffer(
        loan_reference=arguments.reference(ask, "loan_reference"), phone=scene.caller, channel=scene.channel
    )
    try:
        await decline_offer(scene.engine, command)
    except (IllegalLoanTransition, NotFound):
        return Outcome(name="gone")
    return Outcome(name="declined")


async def _standing(scene: Scene, seen: Overview, application: Application) -> Outcome:
    catalogue = await scene.engine.record.catalogue()
    mfi = catalogue.mfi(application.mfi_id)
    values: dict[str, Value] = {
        "application": str(application.id),
        "reference": application.reference,
        "mfi_name": mfi.name,
        "complaints_phone": telephone(mfi.complaints_phone),
        "asked_amount": application.amount,
        "submitted_on": application.submitted_on,
        "reason": _reason(application),
    }
    if application.status is _S.APPROVED:
        name, state = _after_approval(seen)
        return Outcome(name=name, values={**values, "state": Text(state)})
    state = _OVER.get(application.status, "application.state_expired")
    told = {**values, "state": Text(state), **await following.more_about(scene, application)}
    return Outcome(name=_BY_STATUS[application.status], values=told)


def _after_approval(seen: Overview) -> tuple[str, str]:
    offer_over = ("over", "application.state_offer_over")
    return offer_over if seen.became is None else _AFTER_APPROVAL.get(seen.became.status, offer_over)


def _reason(application: Application) -> Text:
    known = RETURNS if application.status is _S.RETURNED else REJECTIONS
    return key_facts.as_reason(application.reason_code, known, "rejection.other")
