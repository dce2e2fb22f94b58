"""Applications and offers of several lenders at once, on the real engine: each is found, answered and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from core.records.application import ReturnReason
from core.records.catalogue import ProductVersion, RegulatoryStatus
from core.records.loan import LoanStatus
from core.references import Reference
from core.use_cases.applying import APPLICATIONS_OPEN_MAX
from core.use_cases.borrowing import DeclineOffer, decline_offer
from core.use_cases.deciding import ReturnToBorrower, return_to_borrower
from tests.core.use_cases.lending import Lending, key
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]


async def send_back(lender: Lending, reference: Reference, reason: ReturnReason) -> None:
    application = await lender.application(reference)
    command = ReturnToBorrower(reference, reason, "", application.version, key())
    await return_to_borrower(lender.engine, lender.officer, command)


async def suspend(lender: Lending) -> None:
    """It may lend no more."""
    await lender.engine.record.change_mfi(replace(lender.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))


async def another_lender(lending: Lending, number: int) -> ProductVersion:
    """One more lender where the borrowers live, and what it lends."""
    name, account = f"Lender {number}", f"7200{number}"
    mfi = replace(
        lending.mfi,
        id=uuid4(),
        code=f"lender{number}",
        name=name,
        licence_number=f"CBL-{account}",
        rail_accounts={"simulated": account},
    )
    product = replace(lending.product, product_id=uuid4(), mfi_id=mfi.id)
    await lending.engine.record.add_mfi(mfi)
    await lending.engine.record.add_product(product)
    return product


async def test_no_lender_with_an_open_application_is_offered_again_however_many_have_one(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    await lending.apply(caller.number)
    await other.apply(caller.number)

    await caller.dials()
    await caller.types("1")

    caller.shows("apply.already_open").ends()


async def test_with_as_many_open_applications_as_there_may_be_none_is_begun(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    await lending.apply(caller.number)
    await other.apply(caller.number)
    for number in range(3, APPLICATIONS_OPEN_MAX + 2):
        lent = await another_lender(lending, number)
        if number <= APPLICATIONS_OPEN_MAX:
            await lending.apply(caller.number, product=lent)

    await caller.dials()
    await caller.types("1")
    caller.shows("apply.already_open").ends()

    await caller.dials()
    await caller.types("3", "1", "1", "2")
    await caller.dials()
    await caller.types("1")
    caller.shows("apply.product").says("Lender 3", "Lender 4").says_not("Khotso", "Mohloli")


async def test_an_older_application_that_was_sent_back_is_answered_beside_a_newer_one(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    older = (await lending.apply(caller.number)).reference
    await other.apply(caller.number, amount="2000")
    await send_back(lending, older, ReturnReason.CHANGE_AMOUNT)

    await caller.dials()
    await caller.types("3")
    caller.shows("application.which").says("1. Mohloli Finance, M2,000.00", "2. Khotso Finance, M1,000.00: needs more")
    await caller.types("2")
    caller.shows("application.returned").says("Khotso Finance")
    await caller.types("2", "500", "9")

    caller.shows("application.answered").says("Khotso Finance").ends()


async def test_each_of_two_applications_is_taken_back_by_itself(known: Known, lending: Lending, other: Lending) -> None:
    caller = await known()
    older = (await lending.apply(caller.number)).reference
    newer = (await other.apply(caller.number)).reference

    await caller.dials()
    await caller.types("3", "2", "1", "1")
    caller.shows("application.waiting").says("Khotso Finance", older.spaced)
    await caller.types("0")
    caller.shows("application.which")
    await caller.types("2", "1", "2")
    caller.shows("application.withdrawn").says(older.spaced)

    await caller.dials()
    await caller.types("3")
    caller.shows("application.waiting").says("Mohloli Finance", newer.spaced)


async def test_one_that_was_decided_while_the_list_was_read_leads_to_what_stands(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    older = (await lending.apply(caller.number)).reference
    await other.apply(caller.number)
    await caller.dials()
    await caller.types("3", "2", "1")
    gone = Caller(caller.runner, caller.number)
    await gone.dials()
    await gone.types("3", "2", "1", "2")
    gone.shows("application.withdrawn").says(older.spaced)

    await caller.types("1")

    caller.shows("application.waiting").says("Mohloli Finance")


async def test_an_offer_hides_no_application_of_another_lender(known: Known, lending: Lending, other: Lending) -> None:
    caller = await known()
    await other.apply(caller.number, amount="2000")
    await lending.offer(caller.number)

    await caller.dials()
    await caller.types("3")
    caller.shows("application.which").says("1. Khotso Finance, M1,000.00: offer", "2. Mohloli Finance, M2,000.00")
    await caller.types("1")
    caller.shows("offer.show").says("Khotso Finance")
    await caller.types("0", "2")

    caller.shows("application.waiting").says("Mohloli Finance")


async def test_of_two_offers_either_is_read_and_accepted(known: Known, lending: Lending, other: Lending) -> None:
    caller = await known()
    first = await lending.offer(caller.number)
    second = await other.offer(caller.number, amount="2000")

    await caller.dials()
    await caller.types("3")
    caller.shows("application.which").says(
        "1. Mohloli Finance, M2,000.00: offer", "2. Khotso Finance, M1,000.00: offer"
    )
    await caller.types("1", "0", "2")
    caller.shows("offer.show").says("Khotso Finance")
    await caller.types("1", "2580")

    caller.shows("offer.accepted").says("Khotso Finance")
    assert (await lending.loan(first)).status is LoanStatus.ACCEPTED
    assert (await lending.loan(second)).status is LoanStatus.OFFERED


async def test_of_two_offers_the_one_that_is_barred_is_named_and_declined(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    first = await lending.offer(caller.number)
    second = await other.offer(caller.number)
    await caller.dials()
    await caller.types("3", "2", "1")
    await suspend(lending)

    await caller.types("2580")
    caller.shows("offer.barred").says("Khotso Finance").says_not("Mohloli Finance")
    await caller.types("3", "1")

    assert (await lending.loan(first)).status is LoanStatus.DECLINED
    assert (await lending.loan(second)).status is LoanStatus.OFFERED


async def test_an_offer_that_was_declined_while_its_lender_was_suspended_is_gone(
    known: Known, lending: Lending, other: Lending
) -> None:
    caller = await known()
    first = await lending.offer(caller.number)
    await other.offer(caller.number)
    await caller.dials()
    await caller.types("3", "2")
    await decline_offer(lending.engine, DeclineOffer(first.reference, caller.number, caller.channel))

    await caller.types("1", "2580")

    caller.shows("offer.gone").ends()
