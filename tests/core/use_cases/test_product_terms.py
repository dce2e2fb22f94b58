"""Products of every kind, lived through: what was offered is what is owed, and their own rules run the loan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.calendar import PeriodUnit, maseru_instant
from core.loans.exact import MultipleRounding
from core.loans.parts import Part
from core.loans.policy import Cap, PayoffInterest, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import DayCount, Fee, FeeTiming, LoanTerms, Method
from core.money import ZERO, Money
from core.records.loan import InstalmentRow
from core.use_cases.borrowing import overview, payoff_quote
from core.use_cases.quoting import quote_of
from core.use_cases.reviewing import application_file
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock

WEEKLY = ProductTerms(
    annual_rate_percent=Decimal(52),
    periods_offered=(3, 12),
    method=Method.FLAT,
    period_unit=PeriodUnit.WEEK,
    instalment_multiple=Money.of(5),
    fees=(Fee("Service fee", FeeTiming.SPREAD, Money.of(30)),),
)
HARVEST = ProductTerms(
    annual_rate_percent=Decimal(24),
    periods_offered=(3, 6),
    method=Method.EQUAL_PRINCIPAL,
    day_count=DayCount.ACTUAL_ACTUAL,
    principal_grace=1,
    interest_grace=1,
)


async def sells(lending: Lending, terms: ProductTerms, policy: Policy | None = None) -> None:
    """The lender's product in a new version."""
    newest = replace(lending.product, version=lending.product.version + 1, terms=terms)
    lending.product = replace(newest, policy=policy or newest.policy)
    await lending.engine.record.add_product(lending.product)


def totals(rows: list[InstalmentRow]) -> list[Money]:
    return [row.total for row in rows]


@pytest.mark.parametrize("terms", [WEEKLY, HARVEST], ids=["weekly", "harvest"])
async def test_what_was_accepted_is_owed_when_the_money_comes_days_later(lending: Lending, terms: ProductTerms) -> None:
    await sells(lending, terms)
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone, amount="3000", net_pay="20000"))
    promised = quote_of(accepted).key_facts
    await lending.close(await lending.today() + timedelta(days=4))

    await lending.release(accepted)
    await lending.work_on_outbox("LS-A")

    loan = await lending.loan(accepted)
    rows = list((await lending.books(loan))[1])
    assert totals(rows) == [row.total for row in promised.rows]
    contract = LoanTerms.from_json(loan.terms)
    assert contract.disbursed_on == promised.disbursed_on + timedelta(days=5) == loan.disbursed_on
    assert contract.priced_on == (promised.disbursed_on if terms is HARVEST else None)
    fresh = quote_of(replace(loan, terms=terms.loan_terms(Money.of(3_000), 3, contract.disbursed_on).to_json()))
    assert [row.due_on for row in rows] == [row.due_on for row in fresh.key_facts.rows]


async def test_a_weekly_loan_is_repaid_by_the_week_and_closes(lending: Lending) -> None:
    await sells(lending, WEEKLY)
    phone = await lending.borrower()
    loan = await lending.active_loan(phone, amount="900")
    rows = (await lending.books(loan))[1]
    assert [(row.due_on - rows[0].due_on).days for row in rows] == [0, 7, 14]
    assert totals(list(rows)) == [Money.of(320), Money.of(320), Money.of(317)]

    for row in rows:
        await lending.close(row.due_on - timedelta(days=1))
        await lending.pay(row.total, reference=f"W{row.n}", account=str(loan.reference), on=row.due_on)

    assert (await lending.loan(loan)).status == "closed"


async def test_an_offer_is_told_with_the_instalment_that_the_phone_shows(lending: Lending) -> None:
    """Rounded down to M25.00, the last instalment takes the rest: it is not what is paid each week."""
    await sells(lending, replace(WEEKLY, instalment_multiple=Money.of(25), instalment_rounding=MultipleRounding.DOWN))
    offered = await lending.offer(await lending.borrower(), amount="900")

    facts = quote_of(offered).key_facts
    [told] = await lending.messages("offer_made")
    assert (facts.is_level, facts.last_instalment > facts.instalment) == (True, True)
    assert (told.data["instalment_minor"], told.data["is_level"]) == (facts.instalment.minor, True)
    assert told.data["last_minor"] == facts.last_instalment.minor


async def test_a_loan_whose_last_interest_the_cap_takes_away_closes_with_its_day(
    lending: Lending, clock: MovableClock
) -> None:
    """All principal came in advance: the cap has no room for the interest that falls due later."""
    principal_first = (Part.PRINCIPAL, Part.PENALTY, Part.FEE, Part.INTEREST)
    monthly = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(3,))
    await sells(lending, monthly, Policy(advance_order=principal_first))
    loan = await lending.active_loan(await lending.borrower(), amount="1000")
    rows = (await lending.books(loan))[1]
    for number, row in enumerate(rows[:-1]):
        await lending.close(row.due_on - timedelta(days=1))
        clock.at = maseru_instant(row.due_on, 9)
        await lending.pay(row.total, reference=f"ON-TIME-{number}", account=str(loan.reference))
    # Less than would settle it: part of the last period's interest is earned by then.
    midway = rows[-2].due_on + timedelta(days=15)
    await lending.close(midway - timedelta(days=1))
    clock.at = maseru_instant(midway, 9)
    await lending.pay(rows[-1].principal, reference="EARLY", account=str(loan.reference))
    assert (await lending.loan(loan)).status == "active"

    await lending.close(rows[-1].due_on)

    closed = await lending.loan(loan)
    assert (closed.status, closed.closed_on) == ("closed", rows[-1].due_on)
    assert (await lending.books(loan))[0].interest == ZERO
    assert len(await lending.messages("loan_closed")) == 1


async def test_a_weekly_instalment_weighs_fifty_two_twelfths_of_itself(lending: Lending) -> None:
    """M320.00 a week is M1,386.67 a month, offered or running."""
    await sells(lending, WEEKLY)
    phone = await lending.borrower()

    first = (await lending.apply(phone, amount="900", net_pay="4000")).reference
    weighed = (await application_file(lending.engine, lending.officer, first)).assessment.affordability
    assert (weighed.new_instalment, weighed.passes) == (Money.of("1386.67"), False)

    other = await lending.borrower()
    await lending.active_loan(other, amount="900")
    second = (await lending.apply(other, amount="500")).reference
    weighed = (await application_file(lending.engine, lending.officer, second)).assessment.affordability
    assert weighed.existing_instalments == Money.of("1386.67")


async def test_the_products_own_payoff_rule_settles_its_loans(lending: Lending) -> None:
    monthly = ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(3,))
    phones = [await lending.borrower(), await lending.borrower()]
    asked = []
    for phone, rule in zip(phones, (PayoffInterest.TO_DATE, PayoffInterest.PERIOD_END), strict=True):
        await sells(lending, monthly, Policy(payoff_interest=rule, cap=Cap.INTEREST_AND_FEES))
        await lending.active_loan(phone, amount="3000")
    await lending.close(await lending.today() + timedelta(days=9))

    for phone in phones:
        (view,) = (await overview(lending.engine, phone)).loans
        asked.append((await payoff_quote(lending.engine, phone, view.loan.reference)).split.interest)

    whole = Money.of(90)
    assert asked[1] == whole
    assert Money(0) < asked[0] < whole
