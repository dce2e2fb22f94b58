"""A late fee is told as it stands: not any more when a payment of the day undid it, or with what is left of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.loans.policy import LateFeeRule, Policy
from core.money import Money
from core.records.loan import InstalmentRow, Loan
from tests.core.use_cases.lending import HOME, Lending


@pytest.fixture
async def late(lending: Lending) -> tuple[Loan, InstalmentRow]:
    """A loan, and its first instalment, for which the close of the day after its due date charged five per cent."""
    policy = Policy(late_fee=LateFeeRule(None, Decimal(5), with_interest=False, after_days=0))
    product = replace(lending.product, version=lending.product.version + 1, policy=policy)
    await lending.engine.record.add_product(product)
    lending.product = product
    loan = await lending.active_loan(await lending.borrower())
    _, instalments = await lending.books(loan)
    await lending.close(instalments[0].due_on + timedelta(days=1))
    _, instalments = await lending.books(loan)
    assert instalments[0].penalties > Money(0)
    return loan, instalments[0]


async def pay_as_of_due_date(lending: Lending, loan: Loan, row: InstalmentRow, amount: Money) -> None:
    await lending.pay(amount, reference="P1", account=str(loan.reference), on=row.due_on)


async def test_a_fee_that_a_payment_undid_is_not_told(lending: Lending, late: tuple[Loan, InstalmentRow]) -> None:
    loan, row = late
    assert len(await lending.messages("late_fee")) == 1

    await pay_as_of_due_date(lending, loan, row, row.total - row.penalties)

    assert await lending.messages("late_fee") == []


async def test_a_fee_that_a_payment_made_smaller_is_told_as_it_is(
    lending: Lending, late: tuple[Loan, InstalmentRow]
) -> None:
    loan, row = late

    await pay_as_of_due_date(lending, loan, row, Money(row.principal.minor // 2))

    _, instalments = await lending.books(loan)
    [told] = await lending.messages("late_fee")
    assert Money(0) < instalments[0].penalties < row.penalties
    assert told.data["amount_minor"] == instalments[0].penalties.minor


async def test_a_fee_that_was_told_already_is_not_told_again(
    lending: Lending, late: tuple[Loan, InstalmentRow]
) -> None:
    loan, row = late
    [told] = await lending.messages("late_fee")
    async with lending.engine.record.unit(HOME) as unit:
        await unit.outbox.done(told.id, lending.engine.clock.now())
        await unit.commit()

    await pay_as_of_due_date(lending, loan, row, Money(row.principal.minor // 2))

    assert await lending.messages("late_fee") == []
