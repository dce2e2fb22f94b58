"""Ports of lending, one district's: borrowers, their applications and their loans.

Repositories raise `NotFound` for what is not there (or not this MFI's), and `Conflict` when a row was
changed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core.records.answer import ApplicationAnswer
from core.records.application import Application, ScoreKept
from core.records.borrower import Borrower, Consent, ConsentKind, IdentityCheck
from core.records.loan import (
    InstalmentRow,
    KeyFactsAccepted,
    Loan,
    LoanEventRow,
    LoanPosition,
)
from core.records.transition import Transition
from core.references import Reference


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

    async def correct_national_id(self, borrower: Borrower) -> None:
        """Overwrite the national ID. Raises `Conflict` when another borrower of the district has it."""
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

    async def returned_until(self, on: date) -> Sequence[UUID]:
        """Those that are with their borrower since that business date or before."""
        ...

    async def keep_answer(self, answer: ApplicationAnswer) -> None: ...

    async def answers(self, application_id: UUID) -> Sequence[ApplicationAnswer]:
        """Oldest first."""
        ...

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

    async def ids_after(self, loan_id: UUID, limit: int) -> Sequence[UUID]:
        """The next loans that were ever disbursed, in the order of their ids."""
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

    async def offers_expired_on(self, on: date) -> Sequence[UUID]:
        """Offers whose last day is this one or an earlier one."""
        ...
