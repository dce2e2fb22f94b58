"""A close among other work: what is done by now is left alone, what went wrong is said, and it always ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import Conflict
from core.loans.policy import LateFeeRule, Policy
from core.money import Money
from core.ports.day_end import Page
from core.ports.record import Unit
from core.records.loan import LoanStatus
from core.use_cases import closing, expiring
from core.use_cases.closing import close_through
from core.use_cases.closing_pages import OrdinaryClose, Rules
from core.use_cases.due_pages import each_page
from tests.core.use_cases.lending import HOME, Lending


class Refused:
    """The record plane, whose nth unit is refused as if somebody else had been first."""

    def __init__(self, real: object, nth: int) -> None:
        self._real = real
        self._left = nth

    def __getattr__(self, name: str) -> object:
        if name == "unit":
            self._left -= 1
            if self._left == 0:
                raise Conflict
        return getattr(self._real, name)


async def test_a_product_without_a_late_fee_charges_none_at_any_close(lending: Lending) -> None:
    catalogue = await lending.engine.record.catalogue()
    free = replace(lending.product, policy=Policy())
    dear = replace(lending.product, version=2)

    groups = Rules.of(replace(catalogue, products=(free, dear))).late_after()

    assert {wait: [rule.version for rule in rules] for wait, rules in groups.items()} == {timedelta(days=1): [2]}


async def test_a_late_fee_of_a_loan_that_needs_a_replay_is_told_as_well(lending: Lending) -> None:
    fee = LateFeeRule(Money.of("50"), None, with_interest=False, after_days=0)
    product = replace(lending.product, version=2, policy=Policy(late_fee=fee, arrears_interest_percent=Decimal(12)))
    await lending.engine.record.add_product(product)
    lending.product = product
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)

    await lending.close(rows[0].due_on + timedelta(days=1))

    _, rows = await lending.books(loan)
    assert rows[0].penalties == Money.of("50")
    assert len(await lending.messages("late_fee")) == 1


async def test_an_offer_that_was_accepted_meanwhile_does_not_expire(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.accept(phone, await lending.offer(phone))

    await expiring._expire_offer(lending.engine, HOME, loan.id)

    assert await lending.loan(loan) == loan
    assert await lending.messages("offer_expired") == []


async def test_a_loan_that_was_paid_off_meanwhile_is_left_alone(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("5000"), reference="ALL", account=str(loan.reference))
    before = await lending.books(loan)

    assert await closing._close_loan(lending.engine, HOME, loan.id, await lending.today()) is None
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED
    assert await lending.books(loan) == before


async def test_a_date_that_does_not_move_though_nobody_else_moved_it_is_no_success(lending: Lending) -> None:
    today = await lending.today()
    result = closing.DayEndResult(HOME, today, 0, 0, 0, 0, 0)
    refused = replace(lending.engine, record=Refused(lending.engine.record, 1))  # type: ignore[arg-type]

    with pytest.raises(Conflict):
        await closing._move_date(refused, HOME, result)

    assert await lending.today() == today


async def test_a_close_that_finds_more_at_every_look_ends_with_its_last(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[date] = []

    async def always_more(*_args: object, **_named: object) -> OrdinaryClose:
        looks.append(await lending.today())
        return OrdinaryClose(interest_recognised=1, late_fees=0, left=frozenset())

    monkeypatch.setattr(closing, "close_ordinary_loans", always_more)
    today = await lending.today()

    (result,) = await close_through(lending.engine, [HOME], today)

    assert looks == [today] * (1 + closing.PASSES_MAX)
    assert (result.closed_on, await lending.today()) == (today, today + timedelta(days=1))


async def test_work_on_pages_stops_with_the_one_error_that_stopped_it(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)

    async def refuse(_unit: Unit, _page: Page) -> None:
        raise Conflict("not now")

    with pytest.raises(Conflict, match="not now"):
        await each_page(lending.engine, HOME, rows[0].due_on, refuse)
