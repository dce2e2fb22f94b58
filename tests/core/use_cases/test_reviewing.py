"""Opening an application or a loan: what it shows, and who is noted to have looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.errors import NotFound
from core.money import Money
from core.ports.enquiries import Enquiry
from core.records.borrower import ConsentKind
from core.records.staff import NotAllowed
from core.references import Reference
from core.use_cases.deciding import CheckIdentity, check_identity
from core.use_cases.quoting import quote_of
from core.use_cases.reviewing import LOOK_COUNTS_FOR, application_file, loan_file, preview
from tests.core.use_cases.lending import CONSENTS, HOME, Lending, key, new_phone
from tests.fixtures_postgres import MovableClock


async def applied(lending: Lending, *consents: ConsentKind) -> tuple[Reference, UUID]:
    phone = new_phone()
    registration = await lending.register(phone, consents=consents or CONSENTS)
    submission = await lending.apply(phone)
    assert registration.borrower_id is not None
    assert submission.reference is not None
    return submission.reference, registration.borrower_id


async def looks(lending: Lending, borrower_id: UUID) -> Sequence[Enquiry]:
    """Those of staff: the application itself is one that nobody of them made."""
    since = lending.engine.clock.now() - timedelta(days=30)
    found = await lending.engine.channel.enquiries.since(borrower_id, since)
    return [enquiry for enquiry in found if enquiry.staff_id is not None]


async def test_whoever_opens_an_application_is_noted_with_its_number(lending: Lending) -> None:
    reference, borrower_id = await applied(lending)

    await application_file(lending.engine, lending.officer, reference)

    (look,) = await looks(lending, borrower_id)
    assert (look.staff_id, look.mfi_id) == (lending.officer.staff_id, lending.mfi.id)
    assert look.purpose == f"opened:{reference}"


async def test_each_colleague_is_noted_once_a_day(lending: Lending, clock: MovableClock) -> None:
    reference, borrower_id = await applied(lending)

    for actor in (lending.officer, lending.analyst, lending.officer):
        await application_file(lending.engine, actor, reference)
        clock.move(minutes=1)
    same_day = len(await looks(lending, borrower_id))
    clock.move(seconds=LOOK_COUNTS_FOR.total_seconds())
    await application_file(lending.engine, lending.officer, reference)

    assert same_day == 2
    assert len(await looks(lending, borrower_id)) == 3


async def test_without_consent_nothing_of_others_is_read_and_nothing_noted(lending: Lending) -> None:
    reference, borrower_id = await applied(lending, ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK)

    file = await application_file(lending.engine, lending.officer, reference)

    assert file.assessment.exposure is None
    assert await looks(lending, borrower_id) == []


async def test_an_application_elsewhere_counts_once_however_many_open_it(lending: Lending, clock: MovableClock) -> None:
    phone = new_phone()
    await lending.register(phone)
    elsewhere = await lending.apply(phone)
    here = await lending.apply(phone, product=lending.other_product)
    assert elsewhere.reference is not None
    assert here.reference is not None
    for actor in (lending.officer, lending.analyst, lending.manager):
        await application_file(lending.engine, actor, elsewhere.reference)
        clock.move(minutes=1)

    stranger = replace(lending.officer, staff_id=uuid4(), mfi_id=lending.other_mfi.id)
    file = await application_file(lending.engine, stranger, here.reference)

    assert file.assessment.exposure is not None
    assert file.assessment.exposure.enquiries_90_days == 1


async def test_a_preview_is_to_the_lisente_what_the_approval_then_offers(lending: Lending) -> None:
    reference, _ = await applied(lending)
    before = await lending.application(reference)

    seen = await preview(lending.engine, lending.manager, reference, before.amount, 3)

    assert await lending.application(reference) == before
    await check_identity(lending.engine, lending.officer, CheckIdentity(reference, "saw_national_id", "", key()))
    await lending.recommend(reference, lending.officer)
    decided = await lending.approve(reference, lending.manager)
    async with lending.engine.record.unit(HOME) as unit:
        offered = await unit.loans.of_application(decided.id)
    assert offered is not None
    assert quote_of(offered) == seen.quote


async def test_a_preview_weighs_the_amount_that_is_asked_and_not_the_one_applied_for(lending: Lending) -> None:
    reference, _ = await applied(lending)

    small, large = [
        await preview(lending.engine, lending.manager, reference, Money.of(amount), 3) for amount in ("500", "20000")
    ]

    assert small.assessment.affordability.passes
    assert not large.assessment.affordability.passes


async def test_a_loan_is_opened_by_its_lenders_staff_who_may_and_by_nobody_else(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    stranger = replace(lending.officer, mfi_id=lending.other_mfi.id)

    file = await loan_file(lending.engine, lending.officer, loan.reference)

    assert (file.loan, file.borrower.phone) == (loan, phone)
    assert (file.position, file.instalments) == await lending.books(loan)
    with pytest.raises(NotFound):
        await loan_file(lending.engine, stranger, loan.reference)
    with pytest.raises(NotAllowed):
        await loan_file(lending.engine, lending.cashier, loan.reference)
