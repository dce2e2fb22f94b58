"""What a borrower sees and answers on the phone: the offer with its Key Fact Statement, the loans and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from core.errors import NotFound
from core.loans.arrears import days_past_due
from core.loans.disclosure import KeyFacts
from core.loans.payoff import PayoffQuote
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import OPEN_STATUSES, Application
from core.records.borrower import Borrower, BorrowerBlocked, Channel, Language
from core.records.catalogue import Catalogue, LenderSuspended, Mfi
from core.records.loan import (
    FiguresChanged,
    InstalmentRow,
    KeyFactsAccepted,
    Loan,
    LoanPosition,
    LoanStatus,
    OfferExpired,
)
from core.records.message import MessageKind
from core.references import Reference
from core.use_cases.bookkeeping import history_of
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.loan_steps import move_loan
from core.use_cases.quoting import quote_of
from core.use_cases.telling import tell_of_loan

DECISION_SHOWN_DAYS: Final = 30
_RUNNING: Final = (LoanStatus.ACTIVE, LoanStatus.DISBURSING, LoanStatus.ACCEPTED, LoanStatus.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer that can still be answered."""

    loan: Loan
    mfi: Mfi

    @property
    def key_facts(self) -> KeyFacts:
        """The exact figures that would be accepted. Worked out here, as most screens show none of them."""
        return quote_of(self.loan).key_facts


@dataclass(frozen=True, slots=True)
class LoanView:
    """A running loan: its balances, its instalments, and how late it is on the business date."""

    loan: Loan
    mfi: Mfi
    position: LoanPosition | None
    instalments: tuple[InstalmentRow, ...]
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the main menu and the screens below it need, in one read of the borrower's own shard.

    `became`: the loan that the shown application led to, whatever has become of that since. `open_applications` are
    those that nobody has decided on, `offers` those that can still be answered, of every lender, each the newest first.
    """

    borrower: Borrower
    business_on: date
    application: Application | None
    became: Loan | None
    last_application: Application | None
    open_applications: tuple[Application, ...]
    offers: tuple[OfferView, ...]
    loans: tuple[LoanView, ...]

    @property
    def offer(self) -> OfferView | None:
        """The newest offer."""
        return next(iter(self.offers), None)


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """The borrower's yes to exactly these figures. The PIN was verified before."""

    loan_reference: Reference
    phone: PhoneNumber
    figures_hash: bytes
    text_version: str
    language: Language
    channel: Channel


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """The borrower's no."""

    loan_reference: Reference
    phone: PhoneNumber
    channel: Channel


async def overview(engine: Engine, phone: PhoneNumber) -> Overview:
    """What a registered caller has here. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    catalogue = await engine.record.catalogue()
    async with engine.record.unit(entry.district) as unit:
        today = await unit.business_date()
        applications = await unit.applications.of_borrower(entry.borrower_id)
        loans = await unit.loans.of_borrower(entry.borrower_id)
        running = sorted(
            (loan for loan in loans if loan.status in _RUNNING), key=lambda loan: _RUNNING.index(loan.status)
        )
        shown = _shown_application(applications, running, today)
        return Overview(
            borrower=await unit.borrowers.get(entry.borrower_id),
            business_on=today,
            application=shown,
            became=next((loan for loan in loans if shown is not None and loan.application_id == shown.id), None),
            last_application=applications[0] if applications else None,
            open_applications=tuple(one for one in applications if one.status in OPEN_STATUSES),
            offers=_offers(catalogue, loans, today),
            loans=tuple([await _loan_view(unit, catalogue, loan, today) for loan in running]),
        )


async def payoff_quote(engine: Engine, phone: PhoneNumber, reference: Reference) -> PayoffQuote:
    """What closes a running loan today: exactly this amount, arriving on the business date. Good for that day only.

    Raises `NotRegistered`, `NotFound`, `DistrictDown`; nothing is asked of a loan that is closed or was given up.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, reference)
        history = await history_of(engine, unit, loan)
        return history.payoff(await unit.business_date())


async def accept_offer(engine: Engine, command: AcceptOffer) -> Loan:
    """Make the offer a contract and keep the statement that was accepted. Key: `accept:{loan}`.

    Raises `OfferExpired`, `LenderSuspended`, `BorrowerBlocked`, `FiguresChanged` (what was read is not what stands),
    `NotFound`.
    """
    entry = await registered(engine, command.phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, command.loan_reference)
        key = f"accept:{loan.id}"
        if await earlier_outcome(unit, key) is not None:
            return loan
        await _check_open(unit, loan)
        loan.check_transition(LoanStatus.ACCEPTED)
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        bar = bar_to_accepting(mfi, await unit.borrowers.get(loan.borrower_id))
        if bar is not None:
            raise bar
        key_facts = quote_of(loan).key_facts
        if key_facts.sha256 != command.figures_hash:
            raise FiguresChanged
        now = engine.clock.now()
        await unit.loans.keep_key_facts(
            KeyFactsAccepted(
                loan_id=loan.id,
                figures=key_facts.to_json(),
                figures_hash=key_facts.sha256,
                text_version=command.text_version,
                language=command.language,
                channel=command.channel,
                accepted_at=now,
            )
        )
        accepted = await move_loan(
            engine, unit, replace(loan, accepted_at=now), LoanStatus.ACCEPTED, "accepted_by_borrower"
        )
        told = f"offer_accepted:{loan.id}"
        await tell_of_loan(engine, unit, MessageKind.OFFER_ACCEPTED, loan, key=told, amount_minor=loan.principal)
        await unit.commands.complete(key, {"reference": str(loan.reference)})
        await unit.commit()
    return accepted


def bar_to_accepting(mfi: Mfi, borrower: Borrower) -> LenderSuspended | BorrowerBlocked | None:
    """Why no offer of this lender becomes this borrower's contract now, if so: the release would refuse it anyway."""
    if not mfi.may_lend:
        return LenderSuspended()
    return BorrowerBlocked() if borrower.blocked else None


async def decline_offer(engine: Engine, command: DeclineOffer) -> Loan:
    """Turn the offer down. Key: `decline:{loan}`. Raises `NotFound`, `IllegalLoanTransition` (already accepted)."""
    entry = await registered(engine, command.phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, command.loan_reference)
        key = f"decline:{loan.id}"
        if await earlier_outcome(unit, key) is not None:
            return loan
        declined = await move_loan(engine, unit, loan, LoanStatus.DECLINED, "declined_by_borrower")
        await tell_of_loan(engine, unit, MessageKind.OFFER_DECLINED, loan, key=f"offer_declined:{loan.id}")
        await unit.commands.complete(key, {"reference": str(loan.reference)})
        await unit.commit()
    return declined


def _shown_application(applications: Sequence[Application], running: Sequence[Loan], today: date) -> Application | None:
    """The newest open one, else the newest decided one of the last days, else the newest whose loan still runs."""
    oldest = today - timedelta(days=DECISION_SHOWN_DAYS)
    is_open = (one for one in applications if one.status in OPEN_STATUSES)
    is_recent = (one for one in applications if one.decided_on is not None and one.decided_on >= oldest)
    is_running = (one for one in applications if one.id in {loan.application_id for loan in running})
    return next(is_open, None) or next(is_recent, None) or next(is_running, None)


def _offers(catalogue: Catalogue, loans: Sequence[Loan], today: date) -> tuple[OfferView, ...]:
    return tuple(
        OfferView(loan, catalogue.mfi(loan.mfi_id))
        for loan in loans
        if loan.status is LoanStatus.OFFERED and today <= loan.offer_expires_on
    )


async def _loan_view(unit: Unit, catalogue: Catalogue, loan: Loan, today: date) -> LoanView:
    position = await unit.loans.position(loan.id)
    return LoanView(
        loan=loan,
        mfi=catalogue.mfi(loan.mfi_id),
        position=position,
        instalments=tuple(await unit.loans.instalments(loan.id)),
        days_past_due=days_past_due(position.oldest_unpaid_due_on if position else None, today),
    )


async def own_loan(unit: Unit, entry: PhoneEntry, reference: Reference) -> Loan:
    """A loan of the caller, locked. Raises `NotFound`, also for somebody else's."""
    loan = await unit.loans.by_reference(reference, lock=True)
    if loan.borrower_id != entry.borrower_id:
        raise NotFound("there is no such offer")
    return loan


async def _check_open(unit: Unit, loan: Loan) -> None:
    if loan.status is LoanStatus.EXPIRED or await unit.business_date() > loan.offer_expires_on:
        raise OfferExpired
