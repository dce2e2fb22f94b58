"""The books of one district. Nothing here changes or removes a row, and the database role could not either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, case, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.errors import Conflict
from core.ledger.accounts import Account
from core.ledger.journals import Journal, Posting
from core.money import Money
from core.ports.books import Departure
from core.ports.record import KeyReused
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.ledger import journals as journal_rows
from storage.postgres.tables.ledger import postings
from storage.postgres.tables.work import outbox

_LINES: Final = (postings.c.district == journal_rows.c.district) & (postings.c.journal_key == journal_rows.c.key)


class LedgerOnPostgres:
    """`core.ports.books.Ledger`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def post(
        self, mfi_id: UUID, journals: Sequence[Journal], *, recorded_at: datetime, business_on: date
    ) -> None:
        for loan_id, of_loan in groupby(journals, key=lambda journal: journal.loan_id):
            await self._post(mfi_id, loan_id, list(of_loan), recorded_at, business_on)

    async def journals_of_loan(self, loan_id: UUID) -> Sequence[Journal]:
        lines = (
            select(journal_rows, postings)
            .join_from(journal_rows, postings, _LINES)
            .where(
                self._connection.here(journal_rows),
                self._connection.here(postings),
                journal_rows.c.loan_id == loan_id,
            )
            .order_by(journal_rows.c.n, journal_rows.c.key, postings.c.n)
        )
        return read_journals(await self._connection.rows(lines))

    async def balance(self, mfi_id: UUID, account: str) -> Money:
        debited = await self._sum(mfi_id, postings.c.debit == account)
        credited = await self._sum(mfi_id, postings.c.credit == account)
        return Money(debited - credited)

    async def has(self, key: str) -> bool:
        statement = select(journal_rows.c.key).where(self._connection.here(journal_rows), journal_rows.c.key == key)
        return await self._connection.row(statement) is not None

    async def departures(self) -> Sequence[Departure]:
        left = case(
            (postings.c.debit == Account.CLEARING, postings.c.amount_lisente),
            (postings.c.credit == Account.CLEARING, -postings.c.amount_lisente),
            else_=0,
        )
        by_key = (outbox.c.district == journal_rows.c.district) & (outbox.c.key == journal_rows.c.transfer_id)
        statement = (
            select(
                journal_rows.c.transfer_id,
                journal_rows.c.mfi_id,
                journal_rows.c.recorded_at,
                outbox.c.data["to_district"].astext.label("to_district"),
                func.sum(left).label("clearing"),
            )
            .join_from(journal_rows, postings, _LINES)
            .outerjoin(outbox, by_key & self._connection.here(outbox))
            .where(
                self._connection.here(journal_rows),
                self._connection.here(postings),
                journal_rows.c.transfer_id.is_not(None),
                journal_rows.c.key == journal_rows.c.transfer_id + ":out",
            )
            .group_by(journal_rows.c.transfer_id, journal_rows.c.mfi_id, journal_rows.c.recorded_at, "to_district")
            .order_by(journal_rows.c.recorded_at, journal_rows.c.transfer_id)
        )
        return [
            Departure(
                transfer_id=row.transfer_id,
                mfi_id=row.mfi_id,
                from_district=self._connection.district,
                to_district=row.to_district,
                clearing=Money(int(row.clearing)),
                recorded_at=row.recorded_at,
            )
            for row in await self._connection.rows(statement)
        ]

    async def _post(
        self, mfi_id: UUID, loan_id: UUID | None, journals: Sequence[Journal], recorded_at: datetime, business_on: date
    ) -> None:
        first = await self._next_number(loan_id)
        for n, journal in enumerate(journals, start=first):
            statement = upsert(journal_rows).values(
                district=self._connection.district,
                key=journal.key,
                kind=journal.kind,
                mfi_id=mfi_id,
                loan_id=loan_id,
                value_on=journal.value_on,
                recorded_at=recorded_at,
                business_on=business_on,
                content_hash=journal.content_hash,
                reverses_key=journal.reverses,
                transfer_id=journal.transfer_id,
                n=n,
            )
            # No key is named: a second reversal of one journal also inserts nothing, and is told apart below.
            if await self._connection.write(statement.on_conflict_do_nothing()):
                await self._add_postings(mfi_id, journal)
            else:
                await self._check_repeat(mfi_id, journal)

    async def _add_postings(self, mfi_id: UUID, journal: Journal) -> None:
        lines = [
            {
                "journal_key": journal.key,
                "n": n,
                "mfi_id": mfi_id,
                "debit": posting.debit,
                "credit": posting.credit,
                "amount_lisente": posting.amount.minor,
                "loan_id": journal.loan_id,
                "instalment": posting.instalment,
            }
            for n, posting in enumerate(journal.postings, start=1)
        ]
        await self._connection.write_many(insert(postings), lines)

    async def _check_repeat(self, mfi_id: UUID, journal: Journal) -> None:
        standing = await self._connection.row(
            select(journal_rows.c.content_hash, journal_rows.c.mfi_id).where(
                self._connection.here(journal_rows), journal_rows.c.key == journal.key
            )
        )
        if standing is None:
            raise Conflict(f"{journal.reverses} was reversed before")
        if bytes(standing.content_hash) != journal.content_hash or standing.mfi_id != mfi_id:
            raise KeyReused(f"{journal.key} was posted before with other content")

    async def _next_number(self, loan_id: UUID | None) -> int:
        """Journals of a loan are numbered in posting order; its row is held by whoever posts."""
        if loan_id is None:
            return 1
        row = await self._connection.row(
            select(func.coalesce(func.max(journal_rows.c.n), 0).label("last")).where(
                self._connection.here(journal_rows), journal_rows.c.loan_id == loan_id
            )
        )
        return 1 if row is None else int(row.last) + 1

    async def _sum(self, mfi_id: UUID, side: Any) -> int:
        row = await self._connection.row(
            select(func.coalesce(func.sum(postings.c.amount_lisente), 0).label("total")).where(
                self._connection.here(postings), postings.c.mfi_id == mfi_id, side
            )
        )
        return 0 if row is None else int(row.total)


def read_journals(lines: Iterable[Row[Any]]) -> list[Journal]:
    """Journals from rows of both tables, a row a posting, the postings of a journal beside each other."""
    return [_journal(list(of_one)) for _, of_one in groupby(lines, key=lambda line: line.key)]


def _journal(lines: Sequence[Row[Any]]) -> Journal:
    head = lines[0]
    return Journal(
        key=head.key,
        kind=head.kind,
        value_on=head.value_on,
        postings=tuple(Posting(line.debit, line.credit, Money(line.amount_lisente), line.instalment) for line in lines),
        loan_id=head.loan_id,
        reverses=head.reverses_key,
        transfer_id=head.transfer_id,
    )
