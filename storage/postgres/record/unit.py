"""One transaction in one district, with every repository that a use case may need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from core.ports.books import Disbursements, Ledger, Payments, Proposals
from core.ports.day_end import DayEnd
from core.ports.environment import Clock
from core.ports.identities import IdentityCases, IdentityChanges
from core.ports.lending import Applications, Borrowers, Loans
from core.ports.outcomes import Outcomes
from core.ports.people import Complaints, PinResets
from core.ports.reminding import Reminders
from core.ports.staff import Staff
from core.ports.wallets import PaymentRequests, PayoffQuotes, Wallets
from core.ports.work import Audit, Commands, Jobs, Outbox
from storage.postgres.record.applications import ApplicationsOnPostgres
from storage.postgres.record.audit import AuditOnPostgres
from storage.postgres.record.borrowers import BorrowersOnPostgres
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.day_end import DayEndOnPostgres
from storage.postgres.record.identities import IdentityCasesOnPostgres, IdentityChangesOnPostgres
from storage.postgres.record.ledger import LedgerOnPostgres
from storage.postgres.record.loans import LoansOnPostgres
from storage.postgres.record.movements import DisbursementsOnPostgres, PaymentsOnPostgres
from storage.postgres.record.outcomes import OutcomesOnPostgres
from storage.postgres.record.people import ComplaintsOnPostgres, PinResetsOnPostgres
from storage.postgres.record.proposals import ProposalsOnPostgres
from storage.postgres.record.reminders import RemindersOnPostgres
from storage.postgres.record.staff import StaffOnPostgres
from storage.postgres.record.wallets import PaymentRequestsOnPostgres, PayoffQuotesOnPostgres, WalletsOnPostgres
from storage.postgres.record.work import CommandsOnPostgres, Days, JobsOnPostgres, OutboxOnPostgres
from storage.postgres.sealing import Sealing


class UnitOnPostgres:
    """`core.ports.record.Unit`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing, clock: Clock) -> None:
        self.district = connection.district
        self.borrowers: Borrowers = BorrowersOnPostgres(connection, sealing)
        self.applications: Applications = ApplicationsOnPostgres(connection)
        self.loans: Loans = LoansOnPostgres(connection)
        self.ledger: Ledger = LedgerOnPostgres(connection)
        self.payments: Payments = PaymentsOnPostgres(connection, sealing)
        self.disbursements: Disbursements = DisbursementsOnPostgres(connection, sealing)
        self.wallets: Wallets = WalletsOnPostgres(connection, sealing)
        self.payoff_quotes: PayoffQuotes = PayoffQuotesOnPostgres(connection)
        self.payment_requests: PaymentRequests = PaymentRequestsOnPostgres(connection, sealing)
        self.proposals: Proposals = ProposalsOnPostgres(connection)
        self.day_end: DayEnd = DayEndOnPostgres(connection)
        self.reminders: Reminders = RemindersOnPostgres(connection)
        self.outcomes: Outcomes = OutcomesOnPostgres(connection)
        self.outbox: Outbox = OutboxOnPostgres(connection, clock)
        self.jobs: Jobs = JobsOnPostgres(connection)
        self._commands = CommandsOnPostgres(connection, clock)
        self.commands: Commands = self._commands
        self.audit: Audit = AuditOnPostgres(connection)
        self.staff: Staff = StaffOnPostgres(connection, sealing)
        self.pin_resets: PinResets = PinResetsOnPostgres(connection)
        self.complaints: Complaints = ComplaintsOnPostgres(connection)
        self.identity_cases: IdentityCases = IdentityCasesOnPostgres(connection, sealing)
        self.identity_changes: IdentityChanges = IdentityChangesOnPostgres(connection, sealing)
        self._days = Days(connection)
        self._connection = connection

    async def business_date(self) -> date:
        return await self._days.open_day()

    async def lock_business_date(self) -> date:
        return await self._days.open_day(lock=True)

    async def keep_open(self, day: date) -> bool:
        return await self._days.keep_open(day)

    async def close_business_date(self, closed: date, *, counts: Mapping[str, int], at: datetime) -> None:
        await self._days.close(closed, counts=counts, at=at)

    async def commit(self) -> None:
        """Keep everything. Raises `RuntimeError` when a claimed key has no outcome: a repeat would find nothing."""
        if unfinished := self._commands.unfinished:
            raise RuntimeError(f"claimed and never completed: {', '.join(sorted(unfinished))}")
        await self._connection.commit()
