"""One question over named districts: how it is asked, and what becomes of it while one of their nodes is down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ports.record import DistrictDown
from storage.postgres.record.connection import domain_errors
from storage.postgres.record.plane import RecordOnPostgres

Answer = TypeVar("Answer")


def statement(sql: str) -> TextClause:
    """A statement with the parameters `:mfi_id` and `:districts`, and others of its own."""
    return text(sql).bindparams(bindparam("districts", type_=ARRAY(Text)))


@dataclass(frozen=True, slots=True)
class Asking:
    """The connection, the lender and the districts of one question."""

    connection: AsyncConnection
    mfi_id: UUID
    districts: Sequence[str]

    async def rows(self, asked: TextClause, **values: object) -> Sequence[Row[Any]]:
        """All rows."""
        bound = {"mfi_id": self.mfi_id, "districts": list(self.districts), **values}
        with domain_errors():
            return (await self.connection.execute(asked, bound)).all()

    async def row(self, asked: TextClause, **values: object) -> Row[Any]:
        """The one row of a statement that has one, whatever there is."""
        return (await self.rows(asked, **values))[0]


async def over_districts(
    record: RecordOnPostgres, mfi_id: UUID, districts: Sequence[str], question: Callable[[Asking], Awaitable[Answer]]
) -> tuple[Answer, Sequence[str]]:
    """The answer, and the districts that it lacks because their node is down. Raises `DistrictDown` when all are."""
    try:
        return await _ask(record, mfi_id, districts, question), ()
    except DistrictDown:
        live = [district for district in districts if await _answers(record, mfi_id, district)]
        if not live:
            raise
        return await _ask(record, mfi_id, live, question), tuple(code for code in districts if code not in live)


async def _ask(
    record: RecordOnPostgres, mfi_id: UUID, districts: Sequence[str], question: Callable[[Asking], Awaitable[Answer]]
) -> Answer:
    async with record.connected() as connection:
        return await question(Asking(connection, mfi_id, districts))


_SIGN_OF_LIFE = statement("select count(*) from record.district_days d where d.district = any(:districts)")


async def _answers(record: RecordOnPostgres, mfi_id: UUID, district: str) -> bool:
    try:
        await _ask(record, mfi_id, [district], lambda asking: asking.rows(_SIGN_OF_LIFE))
    except DistrictDown:
        return False
    return True
