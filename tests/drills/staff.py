"""The staff of a drill: whatever a borrower waits for, they decide and release, as soon as the records answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from core.errors import DomainError
from core.phones import PhoneNumber
from core.records.application import Application, ApplicationStatus
from core.records.loan import Loan, LoanStatus
from core.use_cases.deciding import CheckIdentity, check_identity
from tests.core.use_cases.lending import Lending, key

_PAUSE_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Staff:
    """Officer, manager and cashier in one loop, for the borrowers with these numbers."""

    lending: Lending
    numbers: Sequence[str]

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They work beside, until left. What keeps them from it for a moment is tried again."""
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
