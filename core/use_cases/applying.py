"""Applying for a loan: what the borrower may ask for, and the application itself, submitted once per draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from core.errors import NotFound
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.enquiries import Enquiry
from core.ports.record import Unit
from core.records.application import OPEN_STATUSES, Application, ApplicationStatus
from core.records.borrower import Borrower, Channel, ConsentKind, IncomeKind, Purpose, taken_back
from core.records.catalogue import ProductVersion
from core.records.message import MessageKind
from core.records.transition import by_borrower, step_between
from core.records.wallet import Wallet
from core.references import Reference
from core.use_cases.assessing import assess, keep_score
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.telling import tell_of_application
from core.use_cases.wallets import choose_wallet

APPLICATIONS_OPEN_MAX: Final = 3
"""How many applications one borrower may have open at once, over all lenders."""

LAST_APPLICATION_VALID_DAYS: Final = 90
"""For how long the purpose, income and lender of the last application are offered again without asking."""


NEEDED_TO_APPLY: Final = (ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK)
"""Who took one of these back is not weighed by anybody until they agree again."""


class SubmissionOutcome(StrEnum):
    """What came of a submission.

    Taken: it is in the intake until the district's records answer. Being sent: another of theirs is still there.
    """

    SUBMITTED = "submitted"
    REFUSED = "refused"
    TAKEN = "taken"
    BEING_SENT = "being_sent"


class RefusalReason(StrEnum):
    """Why an application was not taken. These are rules of the product, not judgements of the borrower."""

    PRODUCT_GONE = "product_gone"
    AMOUNT_OUTSIDE = "amount_outside"
    TERM_OUTSIDE = "term_outside"
    OPEN_WITH_LENDER = "open_with_lender"
    TOO_MANY_OPEN = "too_many_open"
    BLOCKED = "blocked"
    CONSENT_WITHDRAWN = "consent_withdrawn"


@dataclass(frozen=True, slots=True)
class SubmitApplication:
    """What the borrower asks for. `reference` was reserved when the summary was shown.

    wallet: where the loan is to be paid; None: where the borrower was paid so far. taken_at: when the intake took it,
    where it comes from there: a wallet that was chosen since then stands.
    """

    draft_id: UUID
    reference: Reference
    phone: PhoneNumber
    product_id: UUID
    product_version: int
    amount: Money
    periods: int
    purpose: Purpose
    net_pay: Money
    income_kind: IncomeKind
    channel: Channel
    wallet: Wallet | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whose application it is, and in which district, without asking the directory again: a number may change hands."""

    district: str
    borrower_id: UUID


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it. The reference is the one that stands, whatever was sent later under the same draft."""

    outcome: SubmissionOutcome
    reference: Reference
    reason: RefusalReason | None = None


async def submit_application(engine: Engine, command: SubmitApplication) -> Submission:
    """Submit, or return what an earlier submission of the same draft gave. Key: `apply:{draft}`.

    Raises `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, command.phone)
    return await submit_for(engine, Applicant(entry.district, entry.borrower_id), command)


async def submit_for(engine: Engine, applicant: Applicant, command: SubmitApplication) -> Submission:
    """The same for a borrower who is known already. Raises `DistrictDown`, `NotFound`: nobody has that id there."""
    key = application_key(command.draft_id)
    async with engine.record.unit(applicant.district) as unit:
        earlier = await earlier_outcome(unit, key)
        if earlier is not None:
            return _submission_from(earlier)
        submission = await _submit(engine, unit, applicant, command)
        await unit.commands.complete(key, _submission_to_json(submission))
        await unit.commit()
    if submission.outcome is SubmissionOutcome.SUBMITTED:
        await _log_enquiry(engine, applicant, command)
    return submission


def application_key(draft_id: UUID) -> str:
    """What an application is to the records and to the intake, however often it is sent."""
    return f"apply:{draft_id}"


async def _submit(engine: Engine, unit: Unit, applicant: Applicant, command: SubmitApplication) -> Submission:
    borrower = await unit.borrowers.get(applicant.borrower_id, lock=True)
    catalogue = await engine.record.catalogue()
    try:
        product = catalogue.product(command.product_id, command.product_version)
        is_lent = product in catalogue.products_lent_in(applicant.district)
    except NotFound:
        return Submission(SubmissionOutcome.REFUSED, command.reference, RefusalReason.PRODUCT_GONE)
    refusal = RefusalReason.PRODUCT_GONE if not is_lent else _outside_product(product, command)
    if refusal is None:
        refusal = await _barred(unit, borrower) or await _too_many(unit, borrower.id, product)
    if refusal is not None:
        return Submission(SubmissionOutcome.REFUSED, command.reference, refusal)
    wallet = None if _was_given_up(command, borrower) else command.wallet
    if wallet is not None and not await _has_chosen_since(unit, borrower.id, command.taken_at):
        await choose_wallet(engine, unit, borrower, wallet, command.channel)
    application = await _keep(engine, unit, applicant, product, command)
    assessment = await assess(engine, unit, application, borrower, application.submitted_on)
    await keep_score(engine, unit, application, assessment, application.submitted_on, transition_n=1)
    await tell_of_application(
        engine,
        unit,
        MessageKind.APPLICATION_RECEIVED,
        application,
        key=f"received:{application.id}",
        amount_minor=application.amount,
        periods=application.periods,
        period_unit=product.terms.period_unit.value,
        period_every=product.terms.period_every,
    )
    return Submission(SubmissionOutcome.SUBMITTED, application.reference)


def _was_given_up(command: SubmitApplication, borrower: Borrower) -> bool:
    """Whether they asked to be paid on the number that they sent it from, and have another one since.

    The one that was given up may be a thief's by now; they are paid where they are without this application.
    """
    return command.wallet is not None and command.wallet.number == command.phone != borrower.phone


async def _has_chosen_since(unit: Unit, borrower_id: UUID, taken_at: datetime | None) -> bool:
    """Whether they chose a wallet after they sent this: what waited in the intake does not undo that."""
    newest = await unit.wallets.newest(borrower_id) if taken_at is not None else None
    return newest is not None and taken_at is not None and newest.chosen_at > taken_at


def _outside_product(product: ProductVersion, command: SubmitApplication) -> RefusalReason | None:
    if not product.amount_min <= command.amount <= product.amount_max:
        return RefusalReason.AMOUNT_OUTSIDE
    if command.amount.minor % product.amount_step.minor:
        return RefusalReason.AMOUNT_OUTSIDE
    return None if command.periods in product.terms.periods_offered else RefusalReason.TERM_OUTSIDE


async def _barred(unit: Unit, borrower: Borrower) -> RefusalReason | None:
    if borrower.blocked:
        return RefusalReason.BLOCKED
    consents = await unit.borrowers.consents(borrower.id)
    is_barred = any(taken_back(consents, kind) for kind in NEEDED_TO_APPLY)
    return RefusalReason.CONSENT_WITHDRAWN if is_barred else None


async def _too_many(unit: Unit, borrower_id: UUID, product: ProductVersion) -> RefusalReason | None:
    open_ones = [one for one in await unit.applications.of_borrower(borrower_id) if one.status in OPEN_STATUSES]
    if any(one.mfi_id == product.mfi_id for one in open_ones):
        return RefusalReason.OPEN_WITH_LENDER
    return RefusalReason.TOO_MANY_OPEN if len(open_ones) >= APPLICATIONS_OPEN_MAX else None


async def _keep(
    engine: Engine, unit: Unit, applicant: Applicant, product: ProductVersion, command: SubmitApplication
) -> Application:
    now = engine.clock.now()
    today = await unit.business_date()
    application = Application(
        id=engine.identifiers.new_id(),
        district=applicant.district,
        reference=command.reference,
        borrower_id=applicant.borrower_id,
        mfi_id=product.mfi_id,
        product_id=product.product_id,
        product_version=product.version,
        amount=command.amount,
        periods=command.periods,
        purpose=command.purpose,
        net_pay=command.net_pay,
        income_kind=command.income_kind,
        channel=command.channel,
        draft_id=command.draft_id,
        status=ApplicationStatus.SUBMITTED,
        submitted_on=today,
        submitted_at=now,
    )
    await unit.applications.add(application)
    await unit.applications.add_transition(
        step_between(None, application, by_borrower(applicant.borrower_id), "submitted", at=now, business_on=today)
    )
    return application


async def _log_enquiry(engine: Engine, applicant: Applicant, command: SubmitApplication) -> None:
    """The look at the borrower's history that an application is. Telemetry of the score: after the commit."""
    catalogue = await engine.record.catalogue()
    mfi_id = catalogue.product(command.product_id, command.product_version).mfi_id
    await engine.channel.enquiries.add(
        Enquiry(applicant.borrower_id, engine.clock.now(), mfi_id, None, f"application:{command.reference}")
    )


def _submission_to_json(submission: Submission) -> Mapping[str, Any]:
    return {
        "outcome": submission.outcome,
        "reference": str(submission.reference),
        "reason": submission.reason,
    }


def _submission_from(kept: Mapping[str, Any]) -> Submission:
    return Submission(
        SubmissionOutcome(kept["outcome"]),
        Reference(kept["reference"]),
        RefusalReason(kept["reason"]) if kept["reason"] else None,
    )
