"""One question over named districts: how it is asked, and what becomes of it while one of their nodes is down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, TextClause, bindparam, text

from core.ports.record import DistrictDown
from storage.postgres.record.connection import NodeConnection
from storage.postgres.record.plane import RecordOnPostgres

Answer = TypeVar("Answer")


def statement(sql: str) -> TextClause:
    """A statement with the parameters `:mfi_id` and `:districts`, and others of its own."""
    return text(sql).bindparams(bindparam("districts", type_=ARRAY(Text)))


@dataclass(frozen=True, slots=True)
class Asking:
    """The connection, the lender and the districts of one question."""

    connection: NodeConnection
    mfi_id: UUID
    districts: Sequence[str]

    async def rows(self, asked: TextClause, **values: object) -> Sequence[Row[Any]]:
        """All rows."""
        bound = {"mfi_id": self.mfi_id, "districts": list(self.districts), **values}
        return (await self.connection.execute(asked, bound)).all()

    async def row(self, asked: TextClause, **values: object) -> Row[Any]:
        """The one row of a statement that has one, whatever there is."""
        return (await self.rows(asked, **values))[0]


async def over_districts(
    record: RecordOnPostgres, mfi_id: UUID, districts: Sequence[str], question: Callable[[Asking], Awaitable[Answer]]
) -> tuple[Answer, Sequence[str]]:
    """The answer, and the districts that it lacks because their node is down. Raises `DistrictDown` when all are."""
    missing = set(record.nodes.unreachable(districts))
    try:
        return await _of_the_others(record, mfi_id, districts, missing, question)
    except DistrictDown:
        missing = await _silent(record, districts)
        return await _of_the_others(record, mfi_id, districts, missing, question)


async def _of_the_others(
    record: RecordOnPostgres,
    mfi_id: UUID,
    districts: Sequence[str],
    missing: set[str],
    question: Callable[[Asking], Awaitable[Answer]],
) -> tuple[Answer, Sequence[str]]:
    live = [district for district in districts if district not in missing]
    if not live and districts:
        raise DistrictDown("no district answers")
    async with record.connected() as connection:
        return await question(Asking(connection, mfi_id, live)), tuple(code for code in districts if code in missing)


_SIGN_OF_LIFE: Final = text("select count(*) from record.district_days d where d.district = :district")


async def _silent(record: RecordOnPostgres, districts: Sequence[str]) -> set[str]:
    """The districts that do not answer. Those of one node are asked in turn, so that asking does not take all of it."""
    await record.nodes.look_again()
    groups = record.nodes.by_node(districts)
    answers = await asyncio.gather(*(_silent_of_one_node(record, group) for group in groups))
    return set().union(*answers)


async def _silent_of_one_node(record: RecordOnPostgres, districts: Sequence[str]) -> set[str]:
    return {district for district in districts if not await _answers(record, district)}


async def _answers(record: RecordOnPostgres, district: str) -> bool:
    try:
        async with record.in_district(district) as connection:
            await connection.row(_SIGN_OF_LIFE.bindparams(district=district))
    except DistrictDown:
        return False
    return True
