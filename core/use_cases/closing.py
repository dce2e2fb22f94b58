"""Closing a district's day: interest recognised, late fees charged, offers expired, and the business date moved on.

A loan is one transaction and every effect has its key, so a close that died half-way is simply run again. Days that
were missed are closed one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from core.ports.engine import Engine
from core.records.loan import LoanStatus
from core.records.message import MessageKind
from core.use_cases.bookkeeping import LoanClose, close_loan_day, move_loan
from core.use_cases.messages import tell


@dataclass(frozen=True, slots=True)
class DayEndResult:
    """What the close of one day in one district did."""

    district: str
    closed_on: date
    loans: int
    interest_recognised: int
    late_fees: int
    offers_expired: int


async def close_through(engine: Engine, districts: Sequence[str], through: date) -> list[DayEndResult]:
    """Close each open day up to and with `through`, district by district. A closed day is left alone."""
    results = []
    for district in districts:
        while (day := await _open_day(engine, district)) <= through:
            results.append(await _close_day(engine, district, day))
    return results


async def _open_day(engine: Engine, district: str) -> date:
    async with engine.record.unit(district) as unit:
        return await unit.business_date()


async def _close_day(engine: Engine, district: str, day: date) -> DayEndResult:
    async with engine.record.unit(district) as unit:
        loan_ids = await unit.loans.needing_day_end(day)
        offer_ids = await unit.loans.offers_expired_on(day)
    closes = [await _close_loan(engine, district, loan_id, day) for loan_id in loan_ids]
    for loan_id in offer_ids:
        await _expire_offer(engine, district, loan_id)
    result = DayEndResult(
        district=district,
        closed_on=day,
        loans=len(closes),
        interest_recognised=sum(close.interest_recognised for close in closes),
        late_fees=sum(close.late_fees for close in closes),
        offers_expired=len(offer_ids),
    )
    async with engine.record.unit(district) as unit:
        counts = {name: count for name, count in asdict(result).items() if isinstance(count, int)}
        await unit.close_business_date(day, counts=counts, at=engine.clock.now())
        await unit.commit()
    return result


async def _close_loan(engine: Engine, district: str, loan_id: UUID, day: date) -> LoanClose:
    async with engine.record.unit(district) as unit:
        loan = await unit.loans.get(loan_id, lock=True)
        close = await close_loan_day(engine, unit, loan, day)
        await unit.commit()
    return close


async def _expire_offer(engine: Engine, district: str, loan_id: UUID) -> None:
    async with engine.record.unit(district) as unit:
        loan = await unit.loans.get(loan_id, lock=True)
        if loan.status is not LoanStatus.OFFERED:
            return
        await move_loan(engine, unit, loan, LoanStatus.EXPIRED, "offer_expired")
        mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
        await tell(
            engine,
            unit,
            MessageKind.OFFER_EXPIRED,
            loan.borrower_id,
            key=f"offer_expired:{loan.id}",
            mfi_id=loan.mfi_id,
            mfi_name=mfi.name,
            loan_reference=loan.reference,
        )
        await unit.commit()
