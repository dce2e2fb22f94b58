"""The backtest over real loans: it reads what the decision knew, not what is known since, and misses no page."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from core.credit.scoring import Band
from core.use_cases import backtesting
from core.use_cases.backtesting import backtest
from tests.core.use_cases.lending import AWAY, HOME, Lending


async def test_loans_are_judged_by_what_became_of_them_and_scored_by_what_was_known(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "PAGE_LOANS", 1)
    good_payer = await lending.borrower()
    repaid = await lending.active_loan(good_payer)
    unpaid = await lending.active_loan(await lending.borrower())
    await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    await lending.offer(await lending.borrower())
    _, rows = await lending.books(repaid)
    left = rows[0].total + rows[1].total + rows[2].total
    await lending.pay(left, reference="ALL", account=str(repaid.reference))
    await lending.close(rows[0].due_on + timedelta(days=29))

    result = await backtest(lending.engine, [HOME, AWAY])

    assert (result.judged.loans, result.judged.closed, result.judged.bad, result.young) == (3, 1, 2, 0)
    # Of a new client, as each of them was at the decision; the lateness came after.
    assert result.bands[Band.MEDIUM].loans == 3
    assert result.factors["longest_late", 0].loans == 3
    assert result.factors["longest_late", 0].bad == 2
    assert unpaid.id != repaid.id


async def test_the_pages_of_a_district_end_and_the_next_begins_after_the_last(lending: Lending) -> None:
    for _ in range(3):
        await lending.active_loan(await lending.borrower())
    today = await lending.today()
    seen: list[int] = []
    after: UUID | None = None

    async with lending.engine.record.unit(HOME) as unit:
        while True:
            page = await unit.outcomes.page(today, after=after, limit=2)
            seen.append(len(page.loans))
            if page.next_after is None:
                break
            after = page.next_after

    assert seen == [2, 1]


async def test_without_a_loan_nothing_is_divided(lending: Lending) -> None:
    result = await backtest(lending.engine, [HOME])

    assert (result.judged.loans, result.judged.bad_rate_percent) == (0, None)
