"""The application as the one who decides needs it: who, how much, the advice and why, and what happened so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from core.ledger.journals import Journal
from core.money import Money
from core.ports.engine import Engine
from core.ports.enquiries import Enquiry
from core.records.answer import ApplicationAnswer
from core.records.application import Application, ScoreKept
from core.records.borrower import Borrower, Consent, IdentityCheck
from core.records.catalogue import Mfi, ProductVersion
from core.records.loan import Disbursement, InstalmentRow, KeyFactsAccepted, Loan, LoanEventRow, LoanPosition
from core.records.staff import Actor, Permission
from core.records.transition import Transition
from core.references import Reference
from core.use_cases.assessing import Assessment, assess
from core.use_cases.locating import district_of
from core.use_cases.meaning import cooling_off_ends_on
from core.use_cases.quoting import Quote, quote

LOOK_COUNTS_FOR: Final = timedelta(days=1)
"""Who opens an application again within this time is in the borrower's list of look-ups already."""


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """Everything on the application's page. `assessment` is computed now; `scores` are those kept with past steps.

    `other_applications` are this lender's own; what others lent is in `assessment.exposure`, in counts and bands.
    """

    application: Application
    borrower: Borrower
    mfi: Mfi
    product: ProductVersion
    identity_check: IdentityCheck | None
    consents: Sequence[Consent]
    assessment: Assessment
    scores: Sequence[ScoreKept]
    quote: Quote
    transitions: Sequence[Transition]
    answers: Sequence[ApplicationAnswer]
    loan: Loan | None
    other_applications: Sequence[Application]
    business_on: date


@dataclass(frozen=True, slots=True)
class LoanFile:
    """Everything on the loan's page."""

    loan: Loan
    borrower: Borrower
    mfi: Mfi
    product: ProductVersion
    application: Application
    position: LoanPosition | None
    instalments: Sequence[InstalmentRow]
    events: Sequence[LoanEventRow]
    transitions: Sequence[Transition]
    journals: Sequence[Journal]
    disbursements: Sequence[Disbursement]
    refunds: Sequence[Disbursement]
    cooling_off_ends_on: date | None
    key_facts: KeyFactsAccepted | None
    identity_check: IdentityCheck | None
    business_on: date


async def application_file(engine: Engine, actor: Actor, reference: Reference) -> ApplicationFile:
    """Read one application of the actor's own MFI, and note who looked when other lenders' figures are in it.

    Raises `NotFound` (also for another's), `NotAllowed`, and `ChannelPlaneDown` while the look cannot be noted: what
    borrowers are told about who saw their history has to be all there is.
    """
    file = await _application_file(engine, actor, reference)
    if file.assessment.exposure is not None:
        await _note_look(engine, actor, file.application)
    return file


async def _application_file(engine: Engine, actor: Actor, reference: Reference) -> ApplicationFile:
    actor.require(Permission.APPLICATION_READ)
    catalogue = await engine.record.catalogue()
    async with engine.record.unit(await district_of(engine, reference)) as unit:
        application = await unit.applications.by_reference(reference, mfi_id=actor.mfi_id)
        borrower = await unit.borrowers.get(application.borrower_id)
        product = catalogue.product(application.product_id, application.product_version)
        today = await unit.business_date()
        own = [one for one in await unit.applications.of_borrower(borrower.id) if one.mfi_id == actor.mfi_id]
        return ApplicationFile(
            application=application,
            borrower=borrower,
            mfi=catalogue.mfi(application.mfi_id),
            product=product,
            identity_check=await unit.borrowers.identity_check(borrower.id, actor.mfi_id),
            consents=await unit.borrowers.consents(borrower.id),
            assessment=await assess(engine, unit, application, borrower, today),
            scores=await unit.applications.scores(application.id),
            quote=quote(product, *proposed(application), today),
            transitions=await unit.applications.transitions(application.id),
            answers=await unit.applications.answers(application.id),
            loan=await unit.loans.of_application(application.id),
            other_applications=[one for one in own if one.id != application.id],
            business_on=today,
        )


async def _note_look(engine: Engine, actor: Actor, application: Application) -> None:
    purpose, now = f"opened:{application.reference}", engine.clock.now()
    looks = await engine.channel.enquiries.since(application.borrower_id, now - LOOK_COUNTS_FOR)
    if not any(look.staff_id == actor.staff_id and look.purpose == purpose for look in looks):
        enquiry = Enquiry(application.borrower_id, now, actor.mfi_id, actor.staff_id, purpose)
        await engine.channel.enquiries.add(enquiry)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an approval would offer, and the advice on exactly that."""

    quote: Quote
    assessment: Assessment


async def preview(engine: Engine, actor: Actor, reference: Reference, amount: Money, periods: int) -> Preview:
    """The schedule, costs and advice that an approval of this amount and term would rest on."""
    actor.require(Permission.APPLICATION_READ)
    catalogue = await engine.record.catalogue()
    async with engine.record.unit(await district_of(engine, reference)) as unit:
        application = await unit.applications.by_reference(reference, mfi_id=actor.mfi_id)
        borrower = await unit.borrowers.get(application.borrower_id)
        today = await unit.business_date()
        wanted = replace(application, amount=amount, periods=periods)
        assessment = await assess(engine, unit, wanted, borrower, today)
    product = catalogue.product(application.product_id, application.product_version)
    return Preview(quote(product, amount, periods, today), assessment)


async def loan_file(engine: Engine, actor: Actor, reference: Reference) -> LoanFile:
    """Read one loan of the actor's own MFI. Raises `NotFound` (also for another's), `NotAllowed`."""
    actor.require(Permission.LOAN_READ)
    catalogue = await engine.record.catalogue()
    async with engine.record.unit(await district_of(engine, reference)) as unit:
        loan = await unit.loans.by_reference(reference, mfi_id=actor.mfi_id)
        return LoanFile(
            loan=loan,
            borrower=await unit.borrowers.get(loan.borrower_id),
            mfi=catalogue.mfi(loan.mfi_id),
            product=catalogue.product(loan.product_id, loan.product_version),
            application=await unit.applications.get(loan.application_id),
            position=await unit.loans.position(loan.id),
            instalments=await unit.loans.instalments(loan.id),
            events=await unit.loans.events(loan.id),
            transitions=await unit.loans.transitions(loan.id),
            journals=await unit.ledger.journals_of_loan(loan.id),
            disbursements=await unit.disbursements.of_loan(loan.id),
            refunds=await unit.disbursements.refunds(loan.id),
            cooling_off_ends_on=await cooling_off_ends_on(engine, loan),
            key_facts=await unit.loans.key_facts(loan.id),
            identity_check=await unit.borrowers.identity_check(loan.borrower_id, loan.mfi_id),
            business_on=await unit.business_date(),
        )


def proposed(application: Application) -> tuple[Money, int]:
    """The amount and term on the table: approved, else recommended, else asked for."""
    amount = application.approved_amount or application.recommended_amount or application.amount
    return amount, application.approved_periods or application.periods
