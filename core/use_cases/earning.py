"""What lenders have earned in interest that is not due yet, by lender and district: a report, which posts nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from core.errors import InvalidInput
from core.loans.earned import NOTHING_EARNED, EarnedInterest, interest_earned
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import Loan
from core.use_cases.bookkeeping import history_of

_PAGE: Final = 200
_BEFORE_ALL: Final = UUID(int=0)


class DayNotCome(InvalidInput):
    """The day is after the district's business date: nobody knows yet what will be paid until then."""

    code = "day_not_come"


@dataclass(frozen=True, slots=True)
class LenderEarned:
    """A lender's figures in a district at the end of a day, and of how many loans they are."""

    district: str
    on: date
    mfi_id: UUID
    loans: int
    earned: EarnedInterest


async def report_interest_earned(
    engine: Engine, districts: Sequence[str], on: date | None = None
) -> list[LenderEarned]:
    """Each lender in each district, the districts in the order asked; `on` None: each district's last day closed.

    Every loan that ran then is replayed, which takes milliseconds for each. Raises `DayNotCome`, `DistrictDown`.
    """
    report: list[LenderEarned] = []
    for district in districts:
        day = await _day(engine, district, on)
        report += await _of_district(engine, district, day)
    return report


async def _day(engine: Engine, district: str, on: date | None) -> date:
    async with engine.record.unit(district) as unit:
        today = await unit.business_date()
    if on is not None and on > today:
        raise DayNotCome(f"the business date of {district} is {today}", field="date")
    return on or today - timedelta(days=1)


async def _of_district(engine: Engine, district: str, on: date) -> list[LenderEarned]:
    found: defaultdict[UUID, list[EarnedInterest]] = defaultdict(list)
    after = _BEFORE_ALL
    while page := await _next_loans(engine, district, after):
        async with engine.record.unit(district) as unit:
            for loan_id in page:
                loan = await unit.loans.get(loan_id)
                found[loan.mfi_id].append(await _of_loan(engine, unit, loan, on))
        after = page[-1]
    return [_sum(district, on, mfi_id, found[mfi_id]) for mfi_id in sorted(found)]


async def _next_loans(engine: Engine, district: str, after: UUID) -> Sequence[UUID]:
    async with engine.record.unit(district) as unit:
        return await unit.loans.ids_after(after, _PAGE)


async def _of_loan(engine: Engine, unit: Unit, loan: Loan, on: date) -> EarnedInterest:
    """A loan that had not begun, or was over by then, has earned nothing: its events need not be read."""
    is_over = loan.closed_on is not None and loan.closed_on <= on
    if loan.disbursed_on is None or loan.disbursed_on >= on or is_over:
        return NOTHING_EARNED
    return interest_earned(await history_of(engine, unit, loan), on)


def _sum(district: str, on: date, mfi_id: UUID, each: Iterable[EarnedInterest]) -> LenderEarned:
    earning = [earned for earned in each if earned != NOTHING_EARNED]
    return LenderEarned(district, on, mfi_id, len(earning), sum(earning, NOTHING_EARNED))
