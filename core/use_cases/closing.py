"""Closing a district's day: interest recognised, late fees charged, offers and returned applications
expired, and the business date moved on.

Ordinary loans are closed by the page, thousands in one short transaction, the others one by one, by a replay: both ways
give the same rows. Every effect has its key, so a close that died half-way is simply run again, and two closes of one
day share the work. Nothing is booked for a day that another has closed: each transaction holds the day open. Days that
were missed are closed one by one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from core.errors import Conflict
from core.ports.engine import Engine
from core.records.loan import LoanStatus
from core.use_cases.bookkeeping import LoanClose, close_loan_day
from core.use_cases.closing_pages import OrdinaryClose, Rules, close_ordinary_loans
from core.use_cases.expiring import expire_applications, expire_offers

PASSES_MAX: Final = 3
"""How often a day is gone through for payments that came while it was closed. What then is left, the next day finds."""


@dataclass(frozen=True, slots=True)
class DayEndResult:
    """What the close of one day in one district did.

    `loans` counts a loan once for each of its instalments that was worked on, and once when it was replayed.
    """

    district: str
    closed_on: date
    loans: int
    interest_recognised: int
    late_fees: int
    offers_expired: int
    applications_expired: int


EachDay = Callable[[DayEndResult], Awaitable[None]]


async def _nothing(_result: DayEndResult) -> None:
    """For who only wants the days closed."""


@dataclass(frozen=True, slots=True)
class _LoansClosed:
    passes: Sequence[OrdinaryClose]
    replays: Sequence[LoanClose]

    @property
    def loans(self) -> int:
        return sum(each.closed for each in self.passes) + len(self.replays)

    @property
    def interest_recognised(self) -> int:
        return sum(each.interest_recognised for each in self.passes) + sum(
            each.interest_recognised for each in self.replays
        )

    @property
    def late_fees(self) -> int:
        return sum(each.late_fees for each in self.passes) + sum(each.late_fees for each in self.replays)


async def close_through(
    engine: Engine, districts: Sequence[str], through: date, *, each_day: EachDay = _nothing
) -> list[DayEndResult]:
    """Close each open day up to and with `through`, district by district. A closed day is left alone.

    The days that another closed meanwhile are not among the results. `each_day` is called after each day that was
    closed here; what it raises ends the close between two days.
    """
    results = []
    for district in districts:
        while (day := await _open_day(engine, district)) <= through:
            result = await _close_day(engine, district, day)
            if result is not None:
                results.append(result)
                await each_day(result)
    return results


async def _open_day(engine: Engine, district: str) -> date:
    async with engine.record.unit(district) as unit:
        return await unit.business_date()


async def _close_day(engine: Engine, district: str, day: date) -> DayEndResult | None:
    """Close one day; None when another close of it was first."""
    closed = await _close_loans(engine, district, day)
    offers = await expire_offers(engine, district, day)
    applications = await expire_applications(engine, district, day)
    result = DayEndResult(
        district=district,
        closed_on=day,
        loans=closed.loans,
        interest_recognised=closed.interest_recognised,
        late_fees=closed.late_fees,
        offers_expired=offers,
        applications_expired=applications,
    )
    return result if await _move_date(engine, district, result) else None


async def _move_date(engine: Engine, district: str, result: DayEndResult) -> bool:
    counts = {name: count for name, count in asdict(result).items() if isinstance(count, int)}
    try:
        async with engine.record.unit(district) as unit:
            await unit.close_business_date(result.closed_on, counts=counts, at=engine.clock.now())
            await unit.commit()
    except Conflict:
        if await _open_day(engine, district) == result.closed_on:
            raise  # nobody was first: what went wrong is not known here
        return False
    return True


async def _close_loans(engine: Engine, district: str, day: date) -> _LoansClosed:
    rules = Rules.of(await engine.record.catalogue())
    async with engine.record.unit(district) as unit:
        replayed = set(await unit.day_end.needing_replay(day, rules.others))
    replays = await _replay(engine, district, replayed, day)
    # A payment that was under way while the date moved has undone its loan's close of yesterday; one that comes during
    # this close undoes what it finds. Hence yesterday once more, and today until nothing is left.
    passes = []
    for on in (day - timedelta(days=1), *(day for _ in range(PASSES_MAX))):
        found = await close_ordinary_loans(engine, district, rules, on, business_on=day)
        replays += await _replay(engine, district, found.left - replayed, day)
        replayed |= found.left
        passes.append(found)
        if on == day and not found.closed:
            break
    # What staff did to a loan between the first look and its page made it one for a replay.
    async with engine.record.unit(district) as unit:
        since = set(await unit.day_end.needing_replay(day, rules.others))
    replays += await _replay(engine, district, since - replayed, day)
    return _LoansClosed(passes, replays)


async def _replay(engine: Engine, district: str, loan_ids: Iterable[UUID], day: date) -> list[LoanClose]:
    closes = [await _close_loan(engine, district, loan_id, day) for loan_id in sorted(loan_ids)]
    return [close for close in closes if close is not None]


async def _close_loan(engine: Engine, district: str, loan_id: UUID, day: date) -> LoanClose | None:
    """Close one loan's day; None when the day is closed, or the loan, by now."""
    async with engine.record.unit(district) as unit:
        loan = await unit.loans.get(loan_id, lock=True)
        if loan.status is not LoanStatus.ACTIVE or not await unit.keep_open(day):
            return None
        close = await close_loan_day(engine, unit, loan, day)
        await unit.commit()
    return close
