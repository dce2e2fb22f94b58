"""The lists that lead to a loan, on the real engine: who meets the lenders first, and what a list no longer shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.records.catalogue import RegulatoryStatus
from core.use_cases.withdrawing import withdraw_application
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]


async def suspend(lending: Lending) -> None:
    """The first lender may lend no more."""
    await lending.engine.record.change_mfi(replace(lending.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))


async def test_a_suspended_lender_is_not_among_those_to_choose_from(known: Known, lending: Lending) -> None:
    caller = await known()
    await suspend(lending)

    await caller.dials()
    await caller.types("1")

    caller.shows("apply.lender").says("1. Mohloli Finance").says_not("Khotso Finance")


async def test_a_lender_that_was_suspended_meanwhile_leads_back_to_the_lenders(known: Known, lending: Lending) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "2", "2", "1")
    await suspend(lending)

    await caller.types("6000", "1")

    caller.shows("apply.lender").says("no new loans just now", "1. Mohloli Finance").says_not("Khotso Finance")
    await caller.types("1")
    caller.shows("apply.product").says("1. Personal loan").says_not("no new loans just now")


async def test_a_loan_that_was_withdrawn_meanwhile_leads_to_the_others_of_its_lender(
    known: Known, lending: Lending
) -> None:
    another = replace(lending.product, product_id=uuid4(), code="school", names={"en": "School", "st_LS": "Sekolo"})
    await lending.engine.record.add_product(another)
    caller = await known()
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "2", "2", "1")
    await lending.engine.record.add_product(replace(lending.product, version=2, retired=True))

    await caller.types("6000", "1")

    caller.shows("apply.product").says("It has changed.", "1. School").says_not("2. ")


async def test_whoever_applied_not_long_ago_has_one_list_and_the_lenders_again_after_90_days(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    await withdraw_application(lending.engine, caller.number, (await lending.apply(caller.number)).reference)
    await caller.dials()
    await caller.types("1")
    caller.shows("apply.product").says("1. Khotso Finance: Personal loan", "2. Mohloli Finance: Personal loan")

    clock.move(days=91)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("1")

    caller.shows("apply.lender").says("1. Khotso Finance", "2. Mohloli Finance")


async def test_back_from_a_lenders_loans_leads_to_the_lenders(known: Known) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("1", "2", "1", "0", "0")

    caller.shows("apply.lender")
