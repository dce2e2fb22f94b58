"""Opening an application: what it shows, and who is noted to have looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from core.ports.enquiries import Enquiry
from core.records.borrower import ConsentKind
from core.references import Reference
from core.use_cases.reviewing import LOOK_COUNTS_FOR, application_file
from tests.core.use_cases.lending import CONSENTS, Lending, new_phone
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
