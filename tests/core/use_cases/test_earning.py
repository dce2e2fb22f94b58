"""Interest earned but not yet due, of real loans in several districts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.money import ZERO, Money
from core.use_cases.earning import DayNotCome, report_interest_earned
from tests.core.use_cases.lending import AWAY, HOME, Lending


async def test_each_lenders_loans_are_summed_in_each_district(lending: Lending) -> None:
    """M1,000 at 36 % earns 30.00 in its first month, of 30 days from 23 November: 10.00 in ten, 20.00 for two loans."""
    for district in (HOME, HOME, AWAY):
        await lending.active_loan(await lending.borrower(district=district), district=district)
    paid_out_on = await lending.today()
    await lending.close(paid_out_on + timedelta(days=10))

    home, away = await report_interest_earned(lending.engine, [HOME, AWAY])

    assert (home.district, home.mfi_id, home.on) == (HOME, lending.mfi.id, paid_out_on + timedelta(days=10))
    assert (home.loans, home.earned.not_due) == (2, Money.of("20.00"))
    assert (away.district, away.loans, away.earned.not_due) == (AWAY, 1, Money.of("10.00"))


async def test_a_past_day_is_reported_as_it_was_and_the_books_stay_as_they_are(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    paid_out_on = await lending.today()
    await lending.close(paid_out_on + timedelta(days=10))
    await lending.pay(Money.of("4"), reference="A1", account=str(loan.reference), on=await lending.today())
    before = await lending.books(loan)

    (then,) = await report_interest_earned(lending.engine, [HOME], paid_out_on + timedelta(days=5))
    (now,) = await report_interest_earned(lending.engine, [HOME], await lending.today())
    (first,) = await report_interest_earned(lending.engine, [HOME], paid_out_on)

    assert (then.earned.accrued, then.earned.settled) == (Money.of("5.00"), ZERO)
    assert (now.earned.accrued, now.earned.settled) == (Money.of("11.00"), Money.of("4.00"))
    assert (first.loans, first.earned.not_due) == (0, ZERO)
    assert await lending.books(loan) == before


async def test_a_loan_that_is_over_earns_nothing_more_and_did_before(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    paid_out_on = await lending.today()
    await lending.close(paid_out_on + timedelta(days=9))
    await lending.pay(Money.of("2000"), reference="A1", account=str(loan.reference), on=await lending.today())

    (after,) = await report_interest_earned(lending.engine, [HOME], paid_out_on + timedelta(days=10))
    (before,) = await report_interest_earned(lending.engine, [HOME], paid_out_on + timedelta(days=6))

    assert (after.loans, after.earned.not_due) == (0, ZERO)
    assert before.earned.not_due == Money.of("6.00")


async def test_a_day_that_has_not_come_is_refused(lending: Lending) -> None:
    with pytest.raises(DayNotCome):
        await report_interest_earned(lending.engine, [HOME], await lending.today() + timedelta(days=1))


async def test_nothing_was_earned_where_nothing_was_lent(lending: Lending) -> None:
    assert await report_interest_earned(lending.engine, [HOME, AWAY]) == []
