"""PAR, arrears rate and buckets that the dashboard's SQL adds up are those that core's functions make of each loan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import pytest

from admin_web.dashboard.shares import shares_of
from core.calendar import PeriodUnit
from core.loans.account import AccountStatus
from core.loans.arrears import (
    BUCKET_NAMES,
    PAR_DAYS,
    LoanAtRisk,
    ShareOfPortfolio,
    arrears_rate,
    by_bucket,
    portfolio_at_risk,
)
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.policy import LateFeeRule, Policy
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms, Method
from core.money import ZERO, Money, total
from core.ports.reads import DashboardFigures, PortalReads
from core.ports.record import Record
from core.records.loan import Loan, LoanStatus
from core.use_cases.projecting import projection_of
from tests.core.loans.lives import LENT_ON, Life
from tests.storage.samples import (
    MFI,
    OTHER_MFI,
    PRODUCT,
    a_borrower,
    a_loan,
    a_product,
    an_application,
    an_mfi,
)

BUSINESS_DATES: Final = {"LS-A": date(2024, 11, 30), "LS-B": LENT_ON + timedelta(weeks=23)}
"""On due dates of loans by the month and by the week, so that what falls due today is seen not to be late."""
OTHER_PRODUCT: Final = UUID(int=12)
POLICIES: Final = (
    Policy(),
    Policy(late_fee=LateFeeRule(Money.of(20), None, with_interest=True, after_days=0)),
    Policy(due_order=tuple(reversed(DEFAULT_ORDER)), advance_order=tuple(reversed(DEFAULT_ORDER))),
)


@dataclass(frozen=True)
class Kept:
    """A loan that is kept, and the life that it was made from."""

    loan: Loan
    life: Life

    @property
    def at_risk(self) -> LoanAtRisk:
        account, today = self.life.account, self.life.today
        overdue = total(row.outstanding(Part.PRINCIPAL) for row in account.instalments if row.due_on < today)
        return LoanAtRisk(account.outstanding(Part.PRINCIPAL), overdue, account.days_past_due(today))


@pytest.mark.parametrize("seed", range(4))
async def test_the_portfolio_of_the_dashboard_is_that_of_the_loans_one_by_one(
    seed: int, record_plane: Record, portal_reads: PortalReads
) -> None:
    kept = await keep_portfolio(record_plane, random.Random(seed))
    running = [each for each in kept if each.life.account.status is AccountStatus.ACTIVE and each.loan.mfi_id == MFI]
    loans = [each.at_risk for each in running]

    figures = await portal_reads.dashboard(MFI, list(BUSINESS_DATES))

    assert len({each.days_past_due for each in loans}) > 3, "the portfolio is worth looking at"
    assert figures.active_loans == len(loans)
    assert figures.gross_principal == arrears_rate(loans).portfolio
    assert figures.par == {days: portfolio_at_risk(loans, days).amount for days in PAR_DAYS}
    assert figures.overdue_principal == arrears_rate(loans).amount
    assert {each.name: (each.principal, each.loans) for each in figures.buckets} == {
        name: (share.amount, share.loans) for name, share in by_bucket(loans).items()
    }
    assert figures.overdue == total(each.life.account.due_by(each.life.today - timedelta(days=1)) for each in running)
    assert_shares_are_named_for_what_they_are(figures, loans)


@pytest.mark.parametrize("seed", range(2))
async def test_each_line_of_the_list_of_loans_says_what_the_account_says(
    seed: int, record_plane: Record, portal_reads: PortalReads
) -> None:
    kept = {each.loan.reference: each for each in await keep_portfolio(record_plane, random.Random(seed))}

    page = await portal_reads.loans(MFI, list(BUSINESS_DATES), status=None, page=1, page_size=100)

    assert {row.reference for row in page.rows} == {
        one.loan.reference for one in kept.values() if one.loan.mfi_id == MFI
    }
    for row in page.rows:
        life = kept[row.reference].life
        account, first = life.account, life.account.first_unsettled
        assert row.outstanding == account.outstanding()
        assert row.overdue == account.due_by(life.today - timedelta(days=1))
        assert row.days_past_due == account.days_past_due(life.today)
        assert (row.next_due_on, row.next_due) == ((first.due_on, first.outstanding()) if first else (None, ZERO))


def assert_shares_are_named_for_what_they_are(figures: DashboardFigures, loans: Sequence[LoanAtRisk]) -> None:
    """PAR is of whole loans, the arrears rate of their overdue part alone; each share is its amount over the gross."""
    shares = shares_of(figures)
    assert [(line.days, percent(line.share)) for line in shares.par] == [
        (days, portfolio_at_risk(loans, days).percent) for days in PAR_DAYS
    ]
    assert percent(shares.arrears_rate) == arrears_rate(loans).percent
    assert percent(shares.arrears_rate) < percent(shares.par[0].share)
    assert [(line.name, percent(line.share)) for line in shares.buckets] == [
        (name, by_bucket(loans)[name].percent) for name in BUCKET_NAMES
    ]


def percent(share: Decimal) -> Decimal:
    """As core rounds it: a share of ten thousand."""
    return ShareOfPortfolio(Money(int(share * 10**12)), Money(10**12), 1).percent


async def keep_portfolio(record: Record, chance: random.Random) -> list[Kept]:
    """Some twenty loans of two lenders in two districts whose books are at different dates."""
    for mfi_id, product_id in ((MFI, PRODUCT), (OTHER_MFI, OTHER_PRODUCT)):
        await record.add_mfi(an_mfi(mfi_id))
        await record.add_product(a_product(product_id, mfi_id=mfi_id))
    kept = []
    for district, business_on in BUSINESS_DATES.items():
        await record.open_district(district, business_on)
        for _ in range(12):
            mfi_id, product_id = chance.choice([(MFI, PRODUCT), (MFI, PRODUCT), (OTHER_MFI, OTHER_PRODUCT)])
            kept.append(await keep(record, a_life(chance, business_on), district, mfi_id, product_id))
    return kept


async def keep(record: Record, life: Life, district: str, mfi_id: UUID, product_id: UUID) -> Kept:
    borrower = a_borrower(district=district, residence_district=district)
    application = an_application(borrower, mfi_id=mfi_id, product_id=product_id)
    loan = a_loan(application, status=LoanStatus(life.account.status.value), disbursed_on=LENT_ON)
    async with record.unit(district) as unit:
        await unit.borrowers.add(borrower)
        await unit.applications.add(application)
        await unit.loans.add(loan)
        await unit.loans.project(*projection_of(loan, life.account))
        await unit.commit()
    return Kept(loan, life)


def a_life(chance: random.Random, business_on: date) -> Life:
    """Lent on one day, for longer or shorter, and repaid well, badly, wholly or not at all."""
    unit, every = chance.choice(
        [(PeriodUnit.MONTH, 1), (PeriodUnit.MONTH, 1), (PeriodUnit.WEEK, 2), (PeriodUnit.WEEK, 1)]
    )
    agreed = LoanTerms(
        principal=Money(chance.randrange(20_000, 500_000)),
        annual_rate_percent=Decimal(chance.choice([0, 24, 60])),
        periods=chance.choice([2, 6, 12, 24]),
        disbursed_on=LENT_ON,
        method=chance.choice(list(Method)),
        period_unit=unit,
        period_every=every,
    )
    life = Life.of(agreed, chance.choice(POLICIES))
    stops_on = LENT_ON + timedelta(days=chance.randrange((business_on - LENT_ON).days))
    for due_on in (row.due_on for row in schedule(agreed).rows if row.due_on <= stops_on):
        life = life.live_on((due_on - life.today).days)
        asked = life.account.due_by(due_on)
        if asked > ZERO and chance.random() < 0.8:
            life = life.pay(due_on, chance.choice([asked, asked, Money(1 + asked.minor // 2), Money(3 * asked.minor)]))
    if chance.random() < 0.1 and life.account.status is AccountStatus.ACTIVE:
        life = life.write_off(life.today)
    return life.live_on((business_on - life.today).days)
