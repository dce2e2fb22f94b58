"""The set-based close of a day. Pages are keyset ranges over (due date, loan), so that a close of a million loans reads
each of them once, and holds few of them at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause

from core.ports.day_end import CloseRule, Page, PageClosed
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.day_end_statements import (
    CHARGE_LATE_FEES,
    LOCK_LATE,
    LOCK_UNRECOGNISED,
    NEEDING_REPLAY,
    PAGE,
    RECOGNISE,
)
from storage.postgres.record.page_statements import STATEMENT_SECONDS_MAX, id_prefix, prepare_for_a_page
from storage.postgres.record.work import Days


class DayEndOnPostgres:
    """`core.ports.day_end.DayEnd`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def page(self, due_on: date, after: UUID, size: int) -> Page | None:
        row = await self._connection.row(self._here(PAGE, due_on=due_on, after=after, size=size))
        return None if row is None else Page(due_on, after, row.loan_id)

    async def recognise(self, page: Page, rules: Sequence[CloseRule], *, business_on: date, at: datetime) -> PageClosed:
        return await self._close(LOCK_UNRECOGNISED, RECOGNISE, page, **_products(rules), business_on=business_on, at=at)

    async def charge_late_fees(
        self, page: Page, rules: Sequence[CloseRule], *, late_on: date, business_on: date, at: datetime
    ) -> PageClosed:
        return await self._close(
            LOCK_LATE,
            CHARGE_LATE_FEES,
            page,
            **_late_fees(rules),
            late_on=late_on,
            business_on=business_on,
            at=at,
            id_prefix=id_prefix(at),
        )

    async def needing_replay(self, on: date, products: Sequence[tuple[UUID, int]]) -> Sequence[UUID]:
        await self._connection.allow_long_statements(STATEMENT_SECONDS_MAX)
        ids, versions = [key[0] for key in products], [key[1] for key in products]
        statement = self._here(NEEDING_REPLAY, day=on, products=ids, versions=versions)
        return [row.id for row in await self._connection.rows(statement)]

    async def _close(self, lock: TextClause, close: TextClause, page: Page, **values: Any) -> PageClosed:
        """Take the page's loans, and only then look at them: a payment under way shows in what is posted.

        Then the day, which nobody closes before this page is done: it is held after the loans, as all others hold it.
        """
        within = {"due_on": page.due_on, "after": page.after, "upto": page.upto}
        await prepare_for_a_page(self._connection)
        if not await self._connection.rows(self._here(lock, **within)):
            return PageClosed(0, ())
        if not await Days(self._connection).keep_open(values["business_on"]):
            return PageClosed(0, ())
        row = await self._connection.row(self._here(close, **within, **values))
        return PageClosed(0, ()) if row is None else PageClosed(row.closed, tuple(row.left_over))

    def _here(self, statement: TextClause, **values: Any) -> TextClause:
        return statement.bindparams(district=self._connection.district, **values)


def _products(rules: Sequence[CloseRule]) -> dict[str, Any]:
    return {"products": [rule.product_id for rule in rules], "versions": [rule.version for rule in rules]}


def _late_fees(rules: Sequence[CloseRule]) -> dict[str, Any]:
    """The rules that have a late fee, column by column. A percentage that is not theirs is none."""
    charging = [rule for rule in rules if rule.late_fee is not None]
    fees = [rule.late_fee for rule in charging if rule.late_fee is not None]
    return {
        **_products(charging),
        "amounts": [fee.amount.minor if fee.amount is not None else None for fee in fees],
        "percents": [fee.percent for fee in fees],
        "with_interest": [fee.with_interest for fee in fees],
    }
