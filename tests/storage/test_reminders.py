"""Reminders by the page say what a reminder says that is made of one instalment at a time.

Two districts hold the same loans; one is reminded each way, and every row of the outbox is compared.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.calendar import PeriodUnit
from core.loans.terms import LoanTerms
from core.ports.record import Unit
from core.records.loan import InstalmentRow, LoanStatus, overdue
from core.records.message import MessageKind
from core.use_cases import due_pages
from core.use_cases.messages import tell
from core.use_cases.payouts import DEFAULT_RAIL
from core.use_cases.reminding import OCCASIONS, ReminderCounts, plan_reminders
from tests.storage.test_day_end import (
    BY_PAGES,
    BY_REPLAY,
    DISTRICTS,
    PRODUCTS,
    Twins,
    anything,
    random_terms,
    terms,
    twins,
)

__all__ = ["twins"]


async def remind_one_by_one(twins: Twins, on: date) -> None:
    """The oracle: what is said about each instalment, from loan, rows and lender as the engine reads them."""
    active = [row["id"] for row in await twins.rows(BY_REPLAY, "loans") if row["status"] == LoanStatus.ACTIVE]
    async with twins.engine.record.unit(BY_REPLAY) as unit:
        for loan_id in active:
            unpaid = [row for row in await unit.loans.instalments(loan_id) if row.settled_on is None]
            for row, (days_after, kind) in itertools.product(unpaid, OCCASIONS):
                is_day = row.due_on == on - timedelta(days=days_after)
                if is_day and await is_long_enough(unit, row, days_after):
                    await remind(twins, unit, kind, row, on)
        await unit.commit()


async def is_long_enough(unit: Unit, row: InstalmentRow, days_after: int) -> bool:
    terms = LoanTerms.from_json((await unit.loans.get(row.loan_id)).terms)
    period_days = terms.period_every * (7 if terms.period_unit is PeriodUnit.WEEK else 1)
    return days_after in {0, 1} or (-days_after < period_days and days_after <= period_days)


async def remind(twins: Twins, unit: Unit, kind: MessageKind, row: InstalmentRow, on: date) -> None:
    loan = await unit.loans.get(row.loan_id)
    if not (await unit.borrowers.get(loan.borrower_id)).wants_reminders:
        return
    mfi = (await twins.engine.record.catalogue()).mfi(loan.mfi_id)
    late = {
        "days_late": (on - row.due_on).days,
        "overdue_minor": overdue(await unit.loans.instalments(loan.id), on),
    }
    await tell(
        twins.engine,
        unit,
        kind,
        loan.borrower_id,
        key=f"reminder:{loan.id}:{row.n}:{kind}:{on.isoformat()}",
        mfi_id=loan.mfi_id,
        mfi_name=mfi.name,
        loan_reference=loan.reference,
        due_on=row.due_on,
        amount_minor=row.outstanding,
        rail_account=mfi.rail_accounts[DEFAULT_RAIL],
        **(late if kind is MessageKind.REMINDER_LATE else {}),
    )


async def stop_reminding(twins: Twins, chance: random.Random) -> None:
    """Some borrowers want no reminders, the same ones in both districts."""
    async with twins.engine.record.unit(BY_PAGES) as unit:
        loans = [await unit.loans.get(row["id"]) for row in await twins.rows(BY_PAGES, "loans")]
    unwilling = {loan.borrower_id for loan in loans if chance.random() < 0.3}
    for district in DISTRICTS:
        async with twins.engine.record.unit(district) as unit:
            for borrower_id in unwilling:
                await unit.borrowers.save(replace(await unit.borrowers.get(borrower_id), wants_reminders=False))
            await unit.commit()


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_portfolios_are_reminded_alike_row_by_row(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(due_pages, "PAGE_INSTALMENTS", 3)
    twins.chance.seed(seed)
    loan_ids = [await twins.lend(random_terms(twins.chance), twins.chance.choice(PRODUCTS)) for _ in range(12)]
    await stop_reminding(twins, twins.chance)

    for _ in range(10):
        for loan_id in loan_ids:
            if twins.chance.random() < 0.15:
                await anything(twins, loan_id)
        await plan_reminders(twins.engine, BY_PAGES, twins.today)
        await remind_one_by_one(twins, twins.today)
        await twins.close_both()

    assert await twins.rows(BY_PAGES, "outbox") == await twins.rows(BY_REPLAY, "outbox")
    kinds = {row["kind"] for row in await twins.rows(BY_PAGES, "outbox")}
    assert {MessageKind.REMINDER_BEFORE, MessageKind.REMINDER_DUE, MessageKind.REMINDER_LATE} <= kinds


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"period_unit": PeriodUnit.DAY, "period_every": 1}, [0, 1]),
        ({"period_unit": PeriodUnit.DAY, "period_every": 3}, [0, 1]),
        ({"period_unit": PeriodUnit.DAY, "period_every": 4}, [-3, 0, 1]),
        ({"period_unit": PeriodUnit.DAY, "period_every": 7}, [-3, 0, 1, 7]),
        ({"period_unit": PeriodUnit.WEEK, "period_every": 1}, [-3, 0, 1, 7]),
        ({"period_unit": PeriodUnit.MONTH, "period_every": 1}, [-3, 0, 1, 7]),
    ],
)
async def test_nobody_is_reminded_of_an_instalment_beyond_its_neighbours(
    twins: Twins, changes: dict[str, Any], told: list[int]
) -> None:
    await twins.lend(terms(periods=1, **changes), PRODUCTS[0])
    due_on = (await twins.rows(BY_PAGES, "instalments"))[0]["due_on"]

    planned = [await plan_reminders(twins.engine, BY_PAGES, due_on + timedelta(days=days)) for days, _ in OCCASIONS]

    counts = [counted.before + counted.due + counted.late for counted in planned]
    assert [days for (days, _), count in zip(OCCASIONS, counts, strict=True) if count] == told


async def test_planning_a_day_again_queues_nothing_twice(twins: Twins) -> None:
    loan_id = await twins.lend(random_terms(twins.chance), PRODUCTS[0])
    due_on = (await twins.rows(BY_PAGES, "instalments"))[0]["due_on"]

    first = await plan_reminders(twins.engine, BY_PAGES, due_on)
    again = await plan_reminders(twins.engine, BY_PAGES, due_on)

    assert first.due == 1
    assert again == ReminderCounts(BY_PAGES, before=0, due=0, late=0)
    [row] = [row for row in await twins.rows(BY_PAGES, "outbox") if row["kind"] == MessageKind.REMINDER_DUE]
    assert row["key"] == f"message:reminder:{loan_id}:1:reminder_due:{due_on}"


async def test_a_loan_that_is_not_active_is_not_reminded_of(twins: Twins) -> None:
    loan_id = await twins.lend(random_terms(twins.chance), PRODUCTS[0])
    due_on = (await twins.rows(BY_PAGES, "instalments"))[0]["due_on"]
    async with twins.engine.record.unit(BY_PAGES) as unit:
        loan = await unit.loans.get(loan_id, lock=True)
        await unit.loans.save(replace(loan, status=LoanStatus.WRITTEN_OFF))
        await unit.commit()

    assert (await plan_reminders(twins.engine, BY_PAGES, due_on)).due == 0
