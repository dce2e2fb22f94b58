"""The record plane: transactional, one district a transaction. Money is conserved here.

A `Unit` is one single-shard transaction: nothing that it did stays unless `commit` is called. Its parts raise
`NotFound` for what is not there (or not this MFI's), `Conflict` when somebody changed a row first, and `DistrictDown`
when the district's node does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from core.errors import DomainError
from core.ports.books import Disbursements, Ledger, LedgerFinding, Payments, Proposals
from core.ports.day_end import DayEnd
from core.ports.identities import IdentityCases, IdentityChanges
from core.ports.lending import Applications, Borrowers, Loans
from core.ports.outcomes import Outcomes
from core.ports.people import Complaints, PinResets
from core.ports.reminding import Reminders
from core.ports.staff import Staff
from core.ports.wallets import PaymentRequests, PayoffQuotes, Wallets
from core.ports.work import Audit, Commands, Jobs, Outbox
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion


class DistrictDown(DomainError):
    """The district's record node does not answer, or its answer did not come in time and it may have committed."""

    code = "district_down"


class KeyReused(DomainError):
    """The same key came with other content: refused, and raised for a person to look at."""

    code = "key_reused"


class Unit(Protocol):
    """One transaction in one district."""

    district: str
    borrowers: Borrowers
    applications: Applications
    loans: Loans
    ledger: Ledger
    payments: Payments
    disbursements: Disbursements
    wallets: Wallets
    payoff_quotes: PayoffQuotes
    payment_requests: PaymentRequests
    proposals: Proposals
    day_end: DayEnd
    reminders: Reminders
    outcomes: Outcomes
    outbox: Outbox
    jobs: Jobs
    commands: Commands
    audit: Audit
    staff: Staff
    pin_resets: PinResets
    complaints: Complaints
    identity_cases: IdentityCases
    identity_changes: IdentityChanges

    async def business_date(self) -> date:
        """The district's stored business date."""
        ...

    async def lock_business_date(self) -> date:
        """The same, locked against a concurrent day-end."""
        ...

    async def keep_open(self, day: date) -> bool:
        """Whether a day is the open one; if so it stays open until the unit ends. Many units may hold it at once."""
        ...

    async def close_business_date(self, closed: date, *, counts: Mapping[str, int], at: datetime) -> None:
        """Move the date to the day after `closed`, which must be the stored one, and keep what the close did."""
        ...

    async def commit(self) -> None:
        """Keep everything this unit did. Nothing may follow."""
        ...


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
