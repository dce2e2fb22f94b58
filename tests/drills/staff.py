"""The staff of a drill: whatever a borrower waits for, they decide and release, as soon as the records answer.

A payout that its rail knows nothing of, because a worker died before it could ask, they look up at the rail and settle.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from core.errors import DomainError
from core.phones import PhoneNumber
from core.records.application import Application, ApplicationStatus
from core.records.loan import Disbursement, Loan, LoanStatus
from core.records.proposal import ProposalKind
from core.use_cases import settling
from core.use_cases.deciding import CheckIdentity, check_identity
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from tests.core.use_cases.lending import Lending, key

_PAUSE_SECONDS: Final = 0.4
_ASKED_FOR: Final = timedelta(seconds=3)
"""In place of the hour for which a rail must have known nothing."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Officer, manager and cashier in one loop, for the borrowers with these numbers."""

    lending: Lending
    numbers: Sequence[str]
    payouts_at_rail: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They work beside, until left. What keeps them from it for a moment is tried again."""
        with patch.object(settling, "ASKED_FOR", _ASKED_FOR):
            work = asyncio.create_task(self._work())
            try:
                yield
            finally:
                work.cancel()
                [ended] = await asyncio.gather(work, return_exceptions=True)
                if isinstance(ended, Exception):
                    raise ended  # else a drill would only tell that borrowers waited

    async def _work(self) -> None:
        while True:
            for number in self.numbers:
                try:
                    await self._serve(PhoneNumber.parse(number))
                except DomainError:
                    continue
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _serve(self, phone: PhoneNumber) -> None:
        engine = self.lending.engine
        entry = await engine.channel.directory.phone(engine.keyed_hash.phone(phone))
        if entry is None or entry.state != "active":
            return
        async with engine.record.unit(entry.district) as unit:
            applications = await unit.applications.of_borrower(entry.borrower_id)
            loans = await unit.loans.of_borrower(entry.borrower_id)
        for application in applications:
            await self._decide(application)
        for loan in loans:
            await self._release(loan)

    async def _decide(self, application: Application) -> None:
        lending, reference = self.lending, application.reference
        if application.status is ApplicationStatus.SUBMITTED:
            check = CheckIdentity(reference, "saw_national_id", "", key())
            await check_identity(lending.engine, lending.officer, check)
            await lending.recommend(reference, lending.officer)
            await lending.approve(reference, lending.manager)
        elif application.status is ApplicationStatus.IN_REVIEW:
            await lending.approve(reference, lending.manager)

    async def _release(self, loan: Loan) -> None:
        if loan.status is LoanStatus.ACCEPTED:
            await self.lending.release(loan)
        elif loan.status is LoanStatus.DISBURSING:
            async with self.lending.engine.record.unit(loan.district) as unit:
                payouts = await unit.disbursements.of_loan(loan.id)
            for payout in payouts:
                await self._settle(payout)

    async def _settle(self, payout: Disbursement) -> None:
        since, until = payout.unknown_since, payout.unknown_until
        if not settling.may_be_settled(payout.status, payout.failure_code, since, until):
            return
        at_rail = {paid["reference"]: paid["rail_reference"] for paid in await self.payouts_at_rail()}
        receipt = at_rail.get(payout.reference, "")
        said = {
            "payout": payout.reference,
            "outcome": "confirmed" if receipt else "failed",
            "rail_receipt": receipt,
        }
        lending, kind = self.lending, ProposalKind.SETTLE_PAYOUT
        told = Propose(payout.district, kind, said, "Read in the rail's own list.", key())
        proposal = await propose(lending.engine, lending.cashier, told)
        await carry_out(lending.engine, lending.manager, Answer(payout.district, proposal.id, "", key()))
