"""The record plane: transactional, one district a transaction. Money is conserved here.

A `Unit` is one single-shard transaction: nothing that it did stays unless `commit` is called. Repositories raise
`NotFound` for what is not there (or not this MFI's), `Conflict` when somebody changed a row first, and `DistrictDown`
when the district's node does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from core.errors import DomainError
from core.ledger.journals import Journal
from core.money import Money
from core.ports.day_end import DayEnd
from core.records.application import Application, ScoreKept, Transition
from core.records.borrower import Borrower, Consent, ConsentKind, IdentityCheck
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion
from core.records.loan import (
    Disbursement,
    InstalmentRow,
    KeyFactsAccepted,
    Loan,
    LoanEventRow,
    LoanPosition,
    Payment,
)
from core.records.proposal import Proposal
from core.records.staff import Invitation, StaffMember, StaffSession
from core.references import Reference


class DistrictDown(DomainError):
    """The district's record node does not answer, or its answer did not come in time and it may have committed."""

    code = "district_down"


class KeyReused(DomainError):
    """The same key came with other content: refused, and raised for a person to look at."""

    code = "key_reused"


class Borrowers(Protocol):
    """Borrowers of one district."""

    async def add(self, borrower: Borrower) -> None:
        """Insert; a repeat with the same id is ignored (registration is resumable)."""
        ...

    async def get(self, borrower_id: UUID, *, lock: bool = False) -> Borrower:
        """The borrower. `lock` takes the row for this transaction: two decisions on one person then queue up."""
        ...

    async def save(self, borrower: Borrower) -> None:
        """Overwrite what may change: language, phone, residence, blocked, whether reminders are wanted."""
        ...

    async def give_consent(self, consent: Consent) -> None: ...

    async def withdraw_consent(self, borrower_id: UUID, kind: ConsentKind, at: datetime) -> None:
        """Note from when on a consent does not stand any more; one that was taken back before keeps its instant."""
        ...

    async def consents(self, borrower_id: UUID) -> Sequence[Consent]: ...

    async def add_identity_check(self, check: IdentityCheck) -> None: ...

    async def identity_check(self, borrower_id: UUID, mfi_id: UUID) -> IdentityCheck | None:
        """The newest check by that MFI."""
        ...


class Applications(Protocol):
    """Applications of one district."""

    async def add(self, application: Application) -> None: ...

    async def get(self, application_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> Application:
        """By id. With `mfi_id`, another MFI's raises `NotFound`."""
        ...

    async def by_reference(
        self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False
    ) -> Application: ...

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Application]:
        """All of them, every MFI's, newest first."""
        ...

    async def save(self, application: Application) -> None:
        """Write version + 1 over `application.version`. Raises `Conflict` when the stored version is another."""
        ...

    async def add_transition(self, transition: Transition) -> None:
        """Append; `n` is given by the caller under the application's lock and is unique."""
        ...

    async def transitions(self, application_id: UUID) -> Sequence[Transition]: ...

    async def keep_score(self, score: ScoreKept) -> None: ...

    async def scores(self, application_id: UUID) -> Sequence[ScoreKept]:
        """Oldest first."""
        ...


class Loans(Protocol):
    """Loans of one district, their events, and the projections made from them."""

    async def add(self, loan: Loan) -> None: ...

    async def get(self, loan_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> Loan: ...

    async def by_reference(self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False) -> Loan: ...

    async def of_application(self, application_id: UUID) -> Loan | None: ...

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Loan]:
        """All of them, every MFI's, newest first."""
        ...

    async def save(self, loan: Loan) -> None:
        """Write version + 1 over `loan.version`. Raises `Conflict` when the stored version is another."""
        ...

    async def add_transition(self, transition: Transition) -> None: ...

    async def transitions(self, loan_id: UUID) -> Sequence[Transition]: ...

    async def keep_key_facts(self, accepted: KeyFactsAccepted) -> None: ...

    async def key_facts(self, loan_id: UUID) -> KeyFactsAccepted | None: ...

    async def events(self, loan_id: UUID) -> Sequence[LoanEventRow]:
        """In recording order."""
        ...

    async def add_event(self, event: LoanEventRow) -> None: ...

    async def project(self, position: LoanPosition, instalments: Sequence[InstalmentRow]) -> None:
        """Replace the projection of one loan with what a replay of its events gave."""
        ...

    async def instalments(self, loan_id: UUID) -> Sequence[InstalmentRow]: ...

    async def position(self, loan_id: UUID) -> LoanPosition | None: ...

    async def needing_day_end(self, on: date) -> Sequence[UUID]:
        """Active loans for which the close of this day has work: an instalment falls due, or has become late."""
        ...

    async def offers_expired_on(self, on: date) -> Sequence[UUID]:
        """Offers whose last day is this one or an earlier one."""
        ...

    async def due_between(self, first: date, last: date) -> Sequence[InstalmentRow]:
        """Instalments of active loans that fall due from first to last and still have something outstanding."""
        ...


class Ledger(Protocol):
    """Journals and postings of one district. Rows are only ever added: the database role can do nothing else."""

    async def post(
        self, mfi_id: UUID, journals: Sequence[Journal], *, recorded_at: datetime, business_on: date
    ) -> None:
        """Append. A key posted before with the same content is skipped; with other content raises `KeyReused`.

        A second reversal of one journal raises `Conflict`.
        """
        ...

    async def journals_of_loan(self, loan_id: UUID) -> Sequence[Journal]:
        """In posting order."""
        ...

    async def balance(self, mfi_id: UUID, account: str) -> Money:
        """Debits minus credits of one account in this district."""
        ...


class Payments(Protocol):
    """Payments that were taken from the intake, in this district."""

    async def add(self, payment: Payment) -> bool:
        """Insert; False when (rail, rail_reference, assignment) is there already."""
        ...

    async def get(self, rail: str, rail_reference: str) -> Payment | None:
        """The newest assignment of a rail's payment."""
        ...

    async def save(self, payment: Payment) -> None: ...

    async def in_suspense(self, mfi_id: UUID) -> Sequence[Payment]:
        """Oldest first."""
        ...


class Disbursements(Protocol):
    """Payouts of one district."""

    async def add(self, disbursement: Disbursement) -> None:
        """Insert. Raises `Conflict` while the loan has another that is not failed."""
        ...

    async def get(self, reference: str, *, lock: bool = False) -> Disbursement:
        """By our payout reference."""
        ...

    async def of_loan(self, loan_id: UUID) -> Sequence[Disbursement]: ...

    async def save(self, disbursement: Disbursement) -> None: ...

    async def under_way(self, mfi_id: UUID, rail: str) -> Money:
        """The sum of this MFI's payouts that may still leave: neither confirmed nor failed. The float covers them."""
        ...

    async def unsettled(
        self, older_than: datetime, limit: int, *, after: Disbursement | None = None
    ) -> Sequence[Disbursement]:
        """Sent or unknown ones that nobody has answered for, released longest ago first; `after`: the next page."""
        ...


class Proposals(Protocol):
    """Changes to the books that take two persons, in this district."""

    async def add(self, proposal: Proposal) -> None:
        """Insert. Raises `Conflict` while another of its kind about its subject is pending."""
        ...

    async def get(self, proposal_id: UUID, *, mfi_id: UUID, lock: bool = False) -> Proposal: ...

    async def save(self, proposal: Proposal) -> None:
        """Write version + 1 over `proposal.version`. Raises `Conflict` when the stored version is another."""
        ...

    async def pending(self, mfi_id: UUID) -> Sequence[Proposal]:
        """Oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something to do outside, written in the transaction of its cause. `data` holds ids and figures, never text."""

    id: UUID
    district: str
    topic: str
    kind: str
    key: str
    data: Mapping[str, Any]
    due_at: datetime
    attempts: int = 0
    last_error: str = ""


class Outbox(Protocol):
    """What has to be done outside: messages and payouts. Topics: `message`, `payout`, `directory`."""

    async def add(self, row: OutboxRow) -> bool:
        """Insert; False when the key is there already."""
        ...

    async def claim(self, now: datetime, limit: int, lease_seconds: int) -> Sequence[OutboxRow]:
        """Take due rows (skip locked) by pushing their `due_at` beyond the lease; commit, then work on them."""
        ...

    async def done(self, row_id: UUID, at: datetime) -> None: ...

    async def retry(self, row_id: UUID, due_at: datetime, error: str) -> None: ...

    async def give_up(self, row_id: UUID, at: datetime, error: str) -> None: ...


class Jobs(Protocol):
    """Runs of a district's clock-driven jobs: one row a job and day, under a lease, so that one worker does each."""

    async def begin(self, job: str, run_on: date, *, holder: str, now: datetime, lease_seconds: int) -> bool:
        """Take the run of a day; False when it is finished, or held by another holder whose lease still runs."""
        ...

    async def finish(self, job: str, run_on: date, *, at: datetime, counts: Mapping[str, int]) -> None:
        """Say that the run was done, and what it did."""
        ...


class Commands(Protocol):
    """Idempotency keys and what came of them, in the transaction of the effect."""

    async def claim(self, key: str, digest: bytes) -> Mapping[str, Any] | None:
        """Take a key, or return the outcome stored under it.

        A concurrent holder is waited for. Raises `KeyReused` when the key came with another digest.
        """
        ...

    async def complete(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Store the outcome of a key claimed in this unit."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of staff or system: who did what to which thing. Never holds a secret or an unmasked identifier."""

    id: UUID
    mfi_id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    subject: str
    details: Mapping[str, Any]
    ip: str = ""


class Audit(Protocol):
    """The audit trail, append-only; sealed into a hash chain per (district, MFI) by the worker."""

    async def add(self, entry: AuditEntry) -> None: ...


class Staff(Protocol):
    """Staff, their sessions and their throttles, in their home district."""

    async def add(self, member: StaffMember) -> None: ...

    async def get(self, staff_id: UUID) -> StaffMember: ...

    async def by_email(self, email: str) -> StaffMember | None: ...

    async def save(self, member: StaffMember, *, over: StaffMember | None = None) -> None:
        """Write over a member as they were read: `over`, where the credentials' version changes.

        Raises `Conflict` when that version is another by now: they were shut out, or have changed their credentials.
        """
        ...

    async def add_session(self, session: StaffSession) -> None: ...

    async def session(self, token_hash: bytes) -> StaffSession | None: ...

    async def touch_session(self, token_hash: bytes, at: datetime) -> None: ...

    async def end_session(self, token_hash: bytes) -> None: ...

    async def put_invitation(self, invitation: Invitation) -> None:
        """Keep a member's invitation, in place of any earlier one."""
        ...

    async def invitation(self, token_hash: bytes) -> Invitation | None: ...

    async def remove_invitation(self, token_hash: bytes) -> bool:
        """Use an invitation up; False when there is none (any more): of two at once, one is told True."""
        ...

    async def remove_invitation_of(self, staff_id: UUID) -> None:
        """Withdraw a member's invitation, if there is one."""
        ...

    async def replace_recovery_codes(self, staff_id: UUID, code_hashes: Sequence[bytes]) -> None:
        """Keep these codes of a member, and none of those before."""
        ...

    async def take_recovery_code(self, staff_id: UUID, code_hash: bytes) -> bool:
        """Use a code up; False when the member has no such code (any more)."""
        ...

    async def recovery_codes_left(self, staff_id: UUID) -> int:
        """How many codes a member has not used."""
        ...

    async def take_tokens(self, bucket: str, *, capacity: int, per_seconds: int, now: datetime) -> int:
        """Take one token of a bucket that refills evenly; 0 when taken, else the seconds to wait. Atomic."""
        ...


class Unit(Protocol):
    """One transaction in one district."""

    district: str
    borrowers: Borrowers
    applications: Applications
    loans: Loans
    ledger: Ledger
    payments: Payments
    disbursements: Disbursements
    proposals: Proposals
    day_end: DayEnd
    outbox: Outbox
    jobs: Jobs
    commands: Commands
    audit: Audit
    staff: Staff

    async def business_date(self) -> date:
        """The district's stored business date."""
        ...

    async def lock_business_date(self) -> date:
        """The same, locked against a concurrent day-end."""
        ...

    async def close_business_date(self, closed: date, *, counts: Mapping[str, int], at: datetime) -> None:
        """Move the date to the day after `closed`, which must be the stored one, and keep what the close did."""
        ...

    async def commit(self) -> None:
        """Keep everything this unit did. Nothing may follow."""
        ...


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """Something in the ledger that is not as it must be."""

    district: str
    kind: str
    subject: str
    detail: str


class Record(Protocol):
    """The record plane."""

    def unit(self, district: str) -> AbstractAsyncContextManager[Unit]:
        """Open a transaction in a district; leaving without `commit` rolls back."""
        ...

    async def catalogue(self) -> Catalogue:
        """The reference data, from memory, a few seconds old at most."""
        ...

    async def add_district(self, district: District) -> None:
        """Add a district cell. A repeat of the same is ignored; another by its key raises `Conflict`: so below, too."""
        ...

    async def add_mfi(self, mfi: Mfi) -> None: ...

    async def change_mfi(self, mfi: Mfi) -> None:
        """Write over a lender's own fields, and add its new districts and rail accounts; none is taken away.

        Raises `NotFound`.
        """
        ...

    async def add_product(self, product: ProductVersion) -> None: ...

    async def open_district(self, district: str, business_on: date) -> None:
        """Give a district its first business date; one that has a date keeps it."""
        ...

    async def verify_ledger(self, district: str) -> Sequence[LedgerFinding]:
        """Check every journal and every loan's projection against the postings of a district."""
        ...
