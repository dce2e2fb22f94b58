"""What refuses an application, said as a reason that the borrower can be told, and whose it is to take back."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import NotFound
from core.phones import PhoneNumber
from core.records.application import ApplicationStatus
from core.use_cases.applying import RefusalReason
from core.use_cases.callers import NotRegistered, registered
from core.use_cases.withdrawing import withdraw_application
from tests.core.use_cases.lending import HOME, Lending, new_phone


async def refusal(lending: Lending, phone: PhoneNumber, **wanted: object) -> RefusalReason | None:
    return (await lending.apply(phone, **wanted)).reason  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["499", "99999999", "1000.01"])
async def test_an_amount_is_within_the_product_and_one_of_its_steps(amount: str, lending: Lending) -> None:
    assert await refusal(lending, await lending.borrower(), amount=amount) is RefusalReason.AMOUNT_OUTSIDE


async def test_a_product_that_is_unknown_or_no_longer_the_newest_is_gone(lending: Lending) -> None:
    phone = await lending.borrower()
    unknown = replace(lending.product, product_id=uuid4())
    assert await refusal(lending, phone, product=unknown) is RefusalReason.PRODUCT_GONE

    await lending.engine.record.add_product(replace(lending.product, version=lending.product.version + 1))

    assert await refusal(lending, phone) is RefusalReason.PRODUCT_GONE


async def test_one_application_is_open_with_a_lender(lending: Lending) -> None:
    phone = await lending.borrower()
    await lending.apply(phone)

    assert await refusal(lending, phone) is RefusalReason.OPEN_WITH_LENDER
    assert await refusal(lending, phone, product=lending.other_product) is None


async def test_who_was_blocked_gets_no_loan(lending: Lending) -> None:
    phone = await lending.borrower()
    entry = await registered(lending.engine, phone)
    async with lending.engine.record.unit(HOME) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        await unit.borrowers.save(replace(borrower, blocked=True))
        await unit.commit()

    assert await refusal(lending, phone) is RefusalReason.BLOCKED


async def test_nobody_is_registered_by_applying(lending: Lending) -> None:
    with pytest.raises(NotRegistered):
        await registered(lending.engine, new_phone())


async def test_an_application_is_withdrawn_once_and_by_its_borrower_alone(lending: Lending) -> None:
    phone, other = await lending.borrower(), await lending.borrower()
    reference = (await lending.apply(phone)).reference

    with pytest.raises(NotFound):
        await withdraw_application(lending.engine, other, reference)
    withdrawn = await withdraw_application(lending.engine, phone, reference)
    again = await withdraw_application(lending.engine, phone, reference)

    assert withdrawn.status is again.status is ApplicationStatus.WITHDRAWN
    assert len(await lending.messages("application_withdrawn")) == 1
