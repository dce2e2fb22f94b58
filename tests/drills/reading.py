"""Reads the planes and the providers for the evidence of a drill, through core's ports where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from tests.drills.borrowers.plan import Wish
from tests.drills.evidence import Lent, Paid, Stands
from tests.drills.ground import Ground

QUIET_SECONDS: Final = 90
_PAUSE_SECONDS: Final = 0.3
_LIMIT: Final = 1_000


@dataclass
class Reader:
    """What stands for these borrowers. `began_at`: nothing before the drill counts."""

    ground: Ground
    engine: Engine
    wishes: Sequence[Wish]
    began_at: datetime

    async def when_quiet(self) -> Stands:
        """Wait until nothing is left to do, a minute and a half at most; then read everything."""
        give_up_at = asyncio.get_running_loop().time() + QUIET_SECONDS
        while (undone := await self._undone()) and asyncio.get_running_loop().time() < give_up_at:
            await asyncio.sleep(_PAUSE_SECONDS)
        return await self._read(undone)

    async def _undone(self) -> tuple[str, ...]:
        outbox = await self._rows(
            "select topic, kind, last_error, given_up_at from record.outbox where done_at is null and added_at >= $1",
            self.began_at,
        )
        channel = self.engine.channel
        claims = await channel.conversations.stale_claims(self.engine.clock.now() + timedelta(days=1), _LIMIT)
        districts = sorted((await self.engine.record.catalogue()).districts)
        waiting = [row for district in districts for row in await channel.intake.waiting(district, _LIMIT)]
        aside = [row for district in districts for row in await channel.intake.set_aside(district, _LIMIT)]
        return (
            *(f"outbox {row['topic']} {row['kind']} {row['last_error']} {row['given_up_at'] or ''}" for row in outbox),
            *(f"claim {record.claim.key}" for record in claims if record.claim is not None),
            *(f"intake {row.scope} {row.reference} {row.status} {row.last_error}" for row in (*waiting, *aside)),
        )

    async def _read(self, undone: tuple[str, ...]) -> Stands:
        borrowers: list[str] = []
        applications: list[tuple[str, str, str]] = []
        loans: list[Lent] = []
        phone_of_loan: dict[str, str] = {}
        for wish in self.wishes:
            for borrower_id, district in await self._borrowers(wish):
                borrowers.append(wish.number)
                async with self.engine.record.unit(district) as unit:
                    applied = await unit.applications.of_borrower(borrower_id)
                    lent = await unit.loans.of_borrower(borrower_id)
                applications += [(wish.number, str(each.reference), each.amount.plain) for each in applied]
                for loan in lent:
                    phone_of_loan[str(loan.id)] = wish.number
                    loans.append(
                        Lent(
                            phone=wish.number,
                            reference=str(loan.reference),
                            principal=loan.principal.plain,
                            status=loan.status,
                            acceptances=await self._acceptances(loan.id),
                        )
                    )
        payments = await self._payments(phone_of_loan)
        receipts = await self._rows("select receipt from record.payments where recorded_at >= $1", self.began_at)
        return Stands(
            borrowers=tuple(borrowers),
            applications=tuple(applications),
            loans=tuple(loans),
            payments=payments,
            references=tuple(_all_references(applications, loans, receipts)),
            payouts_noted=await self._payouts_noted(phone_of_loan),
            payouts_made=await self._payouts_made(),
            sms=await self._sms(),
            left_undone=undone,
            ledger_findings=tuple(map(str, await self.ground.verify_ledger())),
        )

    async def _borrowers(self, wish: Wish) -> list[tuple[Any, str]]:
        """By the directory, and by the number's hash in case there is one that the directory does not know."""
        phone_hash = self.engine.keyed_hash.phone(PhoneNumber.parse(wish.number))
        entry = await self.engine.channel.directory.phone(phone_hash)
        known = [(entry.borrower_id, entry.district)] if entry is not None else []
        rows = await self._rows(
            "select id, district from record.borrowers where phone_hash = $1 and registered_at >= $2",
            phone_hash,
            self.began_at,
        )
        return [*known, *((row["id"], row["district"]) for row in rows if (row["id"], row["district"]) not in known)]

    async def _acceptances(self, loan_id: Any) -> int:
        [row] = await self._rows("select count(*) from record.key_facts_accepted where loan_id = $1", loan_id)
        return int(row["count"])

    async def _payments(self, phone_of_loan: dict[str, str]) -> tuple[Paid, ...]:
        rows = await self._rows(
            "select loan_id, rail, rail_reference, assignment, amount_lisente, status, "
            "(select coalesce(sum(p.amount_lisente), 0) from record.postings p where p.district = payments.district "
            "and p.debit like 'float%' and p.journal_key = "
            "'repayment:' || rail || ':' || rail_reference || ':' || assignment) as received "
            "from record.payments where recorded_at >= $1",
            self.began_at,
        )
        return tuple(
            Paid(
                phone=phone_of_loan.get(str(row["loan_id"]), "nobody"),
                rail_reference=row["rail_reference"],
                amount=Money(row["amount_lisente"]).plain,
                status=row["status"],
                received=Money(int(row["received"])).plain,
            )
            for row in rows
        )

    async def _payouts_noted(self, phone_of_loan: dict[str, str]) -> tuple[tuple[str, str], ...]:
        rows = await self._rows(
            "select loan_id, amount_lisente from record.disbursements where status = 'confirmed' and released_at >= $1",
            self.began_at,
        )
        return tuple(
            (phone_of_loan.get(str(row["loan_id"]), "nobody"), Money(row["amount_lisente"]).plain) for row in rows
        )

    async def _payouts_made(self) -> tuple[tuple[str, str], ...]:
        numbers = {wish.number for wish in self.wishes}
        return tuple(
            (payout["to"], Money.of(payout["amount"]).plain)
            for payout in await self.ground.told("_payouts")
            if payout["to"] in numbers
        )

    async def _sms(self) -> tuple[tuple[str, datetime, str], ...]:
        numbers = {wish.number for wish in self.wishes}
        return tuple(
            (sms["to"], datetime.fromisoformat(sms["at"]), sms["text"])
            for sms in await self.ground.told("_sent")
            if sms["to"] in numbers
        )

    async def _rows(self, statement: str, *parameters: object) -> Sequence[asyncpg.Record]:
        connection = await asyncpg.connect(self.ground.owner_url)
        try:
            return await connection.fetch(statement, *parameters)
        finally:
            await connection.close()


def _all_references(
    applications: Sequence[tuple[str, str, str]], loans: Sequence[Lent], receipts: Sequence[asyncpg.Record]
) -> Iterator[str]:
    yield from (reference for _, reference, _ in applications)
    yield from (loan.reference for loan in loans)
    yield from (row["receipt"] for row in receipts)
