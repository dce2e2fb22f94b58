"""Ports of the books, one district's: the ledger, the money that moves, and the changes that take two persons.

Repositories raise `NotFound` for what is not there (or not this MFI's), and `Conflict` when a row was
changed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core.ledger.journals import Journal
from core.money import Money
from core.records.loan import (
    Disbursement,
    Payment,
)
from core.records.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Departure:
    """The first half of a transfer between districts.

    clearing: what it left there, debits minus credits. to_district: as its outbox row says, None when that is gone.
    """

    transfer_id: str
    mfi_id: UUID
    from_district: str
    to_district: str | None
    clearing: Money
    recorded_at: datetime


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

    async def has(self, key: str) -> bool:
        """Whether a journal with this key was posted here."""
        ...

    async def departures(self) -> Sequence[Departure]:
        """Every transfer that left this district, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """Something in the ledger that is not as it must be."""

    district: str
    kind: str
    subject: str
    detail: str


class Payments(Protocol):
    """Payments that were taken from the intake, in this district."""

    async def add(self, payment: Payment) -> bool:
        """Insert; False when (rail, rail_reference, assignment) is there already."""
        ...

    async def get(self, rail: str, rail_reference: str) -> Payment | None:
        """The newest assignment of a rail's payment."""
        ...

    async def by_id(self, payment_id: UUID, *, lock: bool = False) -> Payment: ...

    async def save(self, payment: Payment) -> None: ...

    async def in_suspense(self, mfi_id: UUID) -> Sequence[Payment]:
        """Oldest first."""
        ...


class Disbursements(Protocol):
    """Payouts of one district."""

    async def add(self, disbursement: Disbursement) -> None:
        """Insert. Raises `Conflict` while the loan, or the refund of the same money, has another that may leave."""
        ...

    async def get(self, reference: str, *, lock: bool = False) -> Disbursement:
        """By our payout reference."""
        ...

    async def of_loan(self, loan_id: UUID) -> Sequence[Disbursement]:
        """The payouts of a loan's cash, in the order of their attempts. Refunds are not among them."""
        ...

    async def refunds(self, subject_id: UUID) -> Sequence[Disbursement]:
        """The refunds of a loan's credit, or of a payment in suspense, in the order of their attempts."""
        ...

    async def save(self, disbursement: Disbursement) -> None: ...

    async def under_way(self, mfi_id: UUID, rail: str) -> Money:
        """The sum of this MFI's payouts that may still leave, refunds too: the float covers them until settled."""
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
