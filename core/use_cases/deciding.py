"""What staff decide about an application: check who it is, recommend, approve, reject, return.

Every act names the version its maker saw and carries a one-use key; the same person never does two of the steps. The
score advises: nothing is declined but by a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from core.errors import InvalidInput
from core.money import ZERO, Money
from core.ports.engine import Engine
from core.records.application import (
    Application,
    ApplicationStatus,
    RejectionReason,
    ReturnReason,
    check_note,
)
from core.records.borrower import IDENTITY_CHECK_METHODS, IdentityCheck
from core.records.loan import Loan, LoanStatus
from core.records.message import MessageKind
from core.records.staff import Actor, Permission
from core.records.transition import by_staff, step_between
from core.references import Reference
from core.use_cases.auditing import audit
from core.use_cases.decision import OpenApplication, deciding
from core.use_cases.explaining import amount_to_try
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.locating import district_of, reserve_reference
from core.use_cases.overriding import check_reason, check_right, note_overrides
from core.use_cases.quoting import Quote, quote


@dataclass(frozen=True, slots=True)
class CheckIdentity:
    """How staff made sure who the borrower is."""

    reference: Reference
    method: str
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class Recommend:
    """The officer's word: lend this much. May be less than was asked, never more."""

    reference: Reference
    amount: Money
    note: str
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class Approve:
    """Lend this much over this many of the product's periods."""

    reference: Reference
    amount: Money
    periods: int
    note: str
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Decline, with the reason that the borrower will read."""

    reference: Reference
    reason: RejectionReason
    note: str
    seen_version: int
    key: str


@dataclass(frozen=True, slots=True)
class ReturnToBorrower:
    """Ask the borrower for something before deciding."""

    reference: Reference
    reason: ReturnReason
    note: str
    seen_version: int
    key: str


async def check_identity(engine: Engine, actor: Actor, command: CheckIdentity) -> None:
    """Note how the borrower's identity was checked, for this MFI. Without one no money leaves."""
    actor.require(Permission.BORROWER_CHECK_IDENTITY)
    if command.method not in IDENTITY_CHECK_METHODS:
        raise InvalidInput("choose how the identity was checked", field="method")
    note = check_note(command.note, required=False)
    async with engine.record.unit(await district_of(engine, command.reference)) as unit:
        key = form_key(actor, command.key)
        if await earlier_outcome(unit, key, "check_identity", command) is not None:
            return
        application = await unit.applications.by_reference(command.reference, mfi_id=actor.mfi_id)
        check = IdentityCheck(
            borrower_id=application.borrower_id,
            mfi_id=actor.mfi_id,
            method=command.method,
            note=note,
            checked_by=actor.staff_id,
            checked_by_name=actor.name,
            checked_at=engine.clock.now(),
        )
        await unit.borrowers.add_identity_check(check)
        await audit(engine, unit, actor, "identity.checked", application.reference, method=command.method)
        await unit.commands.complete(key, {"method": command.method})
        await unit.commit()


async def recommend(engine: Engine, actor: Actor, command: Recommend) -> Application:
    """Recommend an application for approval.

    Raises `OverrideReasonNeeded` where a check of the product fails and no note says why it goes on.
    """
    actor.require(Permission.APPLICATION_RECOMMEND)
    note = check_note(command.note, required=False)
    async with deciding(engine, actor, command) as opened:
        if opened.repeated:
            return opened.application
        _check_amount(opened, command.amount)
        assessment = await opened.assess(replace(opened.application, amount=command.amount))
        check_reason(assessment.findings, note)
        await opened.keep(assessment)
        recommended = replace(
            opened.application,
            status=ApplicationStatus.IN_REVIEW,
            recommended_by=actor.staff_id,
            recommended_amount=command.amount,
        )
        return await opened.conclude(recommended, "recommended", note)


async def approve(engine: Engine, actor: Actor, command: Approve) -> Application:
    """Approve, or give the first of two approvals above the MFI's limit 1.

    Raises `MakerIsChecker` for whoever recommended or first approved it, `NotAllowed` above the actor's own limit.
    Where a check of the product fails: `OverrideNotAllowed` without the right, `OverrideReasonNeeded` without a note.
    """
    actor.require(Permission.APPLICATION_APPROVE)
    note = check_note(command.note, required=False)
    loan_reference = await reserve_reference(
        engine, "loan", await district_of(engine, command.reference), f"approve:{command.reference}:{command.key}"
    )
    async with deciding(engine, actor, command) as opened:
        if opened.repeated:
            return opened.application
        opened.check_other_person()
        _check_amount(opened, command.amount)
        if command.periods not in opened.product.terms.periods_offered:
            raise InvalidInput("the product does not have that term", field="periods")
        approved = replace(opened.application, approved_amount=command.amount, approved_periods=command.periods)
        await _weigh(opened, replace(opened.application, amount=command.amount, periods=command.periods), note)
        if _needs_second_approval(opened, command.amount):
            waiting = replace(
                approved,
                status=ApplicationStatus.AWAITING_SECOND_APPROVAL,
                first_approved_by=actor.staff_id,
            )
            return await opened.conclude(waiting, "first_approval", note)
        offered = quote(opened.product, command.amount, command.periods, opened.business_on)
        await _make_offer(opened, approved, offered, loan_reference)
        decided = replace(
            approved,
            status=ApplicationStatus.APPROVED,
            decided_at=engine.clock.now(),
            decided_on=opened.business_on,
        )
        return await opened.conclude(decided, "approved", note)


async def reject(engine: Engine, actor: Actor, command: Reject) -> Application:
    """Decline. The borrower is told the reason in their language, and the amount that would pass if that was it."""
    actor.require(Permission.APPLICATION_RECOMMEND)
    note = check_note(command.note, required=False)
    async with deciding(engine, actor, command) as opened:
        if opened.repeated:
            return opened.application
        assessment = await opened.assess()
        await opened.keep(assessment)
        affordable = ZERO
        if command.reason is RejectionReason.AFFORDABILITY:
            newest = opened.catalogue.product(opened.application.product_id)
            affordable = amount_to_try(opened.application, newest, assessment.affordability.passing_amount)
        await opened.tell_borrower(
            MessageKind.APPLICATION_REJECTED,
            reason_code=command.reason,
            affordable_minor=affordable or None,
            complaints_phone=opened.mfi.complaints_phone,
        )
        rejected = replace(
            opened.application,
            status=ApplicationStatus.REJECTED,
            reason_code=command.reason,
            decided_at=engine.clock.now(),
            decided_on=opened.business_on,
        )
        return await opened.conclude(rejected, command.reason, note)


async def return_to_borrower(engine: Engine, actor: Actor, command: ReturnToBorrower) -> Application:
    """Send the application back for something that is missing. Earlier recommendations fall: it is looked at anew."""
    actor.require(Permission.APPLICATION_RECOMMEND)
    note = check_note(command.note, required=False)
    async with deciding(engine, actor, command) as opened:
        if opened.repeated:
            return opened.application
        await opened.tell_borrower(MessageKind.APPLICATION_RETURNED, reason_code=command.reason)
        returned = replace(
            opened.application,
            status=ApplicationStatus.RETURNED,
            reason_code=command.reason,
            recommended_by=None,
            recommended_amount=None,
            first_approved_by=None,
            approved_amount=None,
            approved_periods=None,
        )
        return await opened.conclude(returned, command.reason, note)


def _check_amount(opened: OpenApplication, amount: Money) -> None:
    """What is lent stays within the product: its smallest loan is the least that an offer may be lowered to."""
    asked, least = opened.application.amount, opened.product.amount_min
    if not least <= amount <= asked:
        raise InvalidInput(f"the amount may be lowered, from {asked} down to {least}", field="amount")


def _needs_second_approval(opened: OpenApplication, amount: Money) -> bool:
    """Whether this approval waits for the manager. Raises `NotAllowed` for a second one by somebody else."""
    if opened.application.status is ApplicationStatus.AWAITING_SECOND_APPROVAL:
        opened.actor.require(Permission.APPLICATION_APPROVE_ABOVE_LIMIT)
        return False
    above = amount > opened.mfi.approval_limit_1
    return above and not opened.actor.may(Permission.APPLICATION_APPROVE_ABOVE_LIMIT)


async def _weigh(opened: OpenApplication, wanted: Application, note: str) -> None:
    """Check, keep and count: the advice on what is approved, which may be less than was asked for."""
    assessment = await opened.assess(wanted)
    check_right(opened.actor, assessment.findings)
    check_reason(assessment.findings, note)
    await opened.keep(assessment)
    await note_overrides(opened.engine, opened.unit, opened.actor, wanted.reference, assessment.findings)


async def _make_offer(
    opened: OpenApplication, approved: Application, offered: Quote, loan_reference: Reference
) -> None:
    """Turn the approval into an offer: a loan in its first state, its terms, and the message that it is there."""
    facts = offered.key_facts
    loan = _offered_loan(opened, approved, offered, loan_reference)
    await opened.unit.loans.add(loan)
    await opened.unit.loans.add_transition(
        step_between(
            None,
            loan,
            by_staff(opened.actor),
            "approved",
            at=opened.engine.clock.now(),
            business_on=opened.business_on,
        )
    )
    await opened.tell_borrower(
        MessageKind.OFFER_MADE,
        amount_minor=loan.principal,
        instalment_minor=facts.level_instalment if facts.is_level else facts.largest_instalment,
        last_minor=facts.last_instalment if facts.has_larger_last else None,
        is_level=facts.is_level,
        periods=offered.terms.periods,
        period_unit=offered.terms.period_unit.value,
        period_every=offered.terms.period_every,
        expires_on=loan.offer_expires_on,
    )


def _offered_loan(opened: OpenApplication, approved: Application, offered: Quote, reference: Reference) -> Loan:
    product = opened.product
    return Loan(
        id=opened.engine.identifiers.new_id(),
        district=opened.unit.district,
        reference=reference,
        application_id=approved.id,
        borrower_id=approved.borrower_id,
        mfi_id=approved.mfi_id,
        product_id=product.product_id,
        product_version=product.version,
        principal=offered.terms.principal,
        terms=offered.terms.to_json(),
        status=LoanStatus.OFFERED,
        offered_on=opened.business_on,
        offer_expires_on=opened.business_on + timedelta(days=product.offer_valid_days),
    )
