"""The lender's own money: what may leave the head office, and whose reference is whose."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.errors import InvalidInput, NotFound
from core.money import ZERO, Money
from core.records.catalogue import Mfi
from core.records.staff import MakerIsChecker
from core.use_cases.floats import FloatTooLow
from core.use_cases.funding import AllotFloat, FundFloat, allot_float, fund_float
from tests.core.use_cases.lending import AWAY, HOME, Lending, key


async def held(lending: Lending, mfi: Mfi) -> Money:
    async with lending.engine.record.unit(HOME) as unit:
        return await unit.ledger.balance(mfi.id, "float:simulated")


async def allot(lending: Lending, amount: Money, to_district: str = AWAY) -> None:
    await allot_float(
        lending.engine, AllotFloat(lending.mfi.id, "simulated", to_district, amount, key(), uuid4(), uuid4())
    )


async def test_money_that_a_payout_is_about_to_take_is_not_allotted(lending: Lending) -> None:
    phone = await lending.borrower()
    await lending.release(await lending.accept(phone, await lending.offer(phone)))
    before = await held(lending, lending.mfi)

    with pytest.raises(FloatTooLow) as refused:
        await allot(lending, before)
    await allot(lending, before - Money.of("950"))

    assert refused.value.shortfall == Money.of("950")
    assert await held(lending, lending.mfi) == Money.of("950"), "what the payout takes"


async def test_no_float_is_sent_to_a_district_that_is_none(lending: Lending) -> None:
    before = await held(lending, lending.mfi)

    with pytest.raises(NotFound):
        await allot(lending, Money.of("10"), "LS-Z")

    assert await held(lending, lending.mfi) == before


async def test_two_lenders_may_have_one_bank_reference(lending: Lending) -> None:
    before = await held(lending, lending.mfi)

    for mfi, amount in ((lending.mfi, "10"), (lending.other_mfi, "20")):
        await fund_float(lending.engine, FundFloat(mfi.id, "simulated", Money.of(amount), "BANK-7", uuid4(), uuid4()))

    assert await held(lending, lending.mfi) == before + Money.of("10")
    assert await held(lending, lending.other_mfi) == Money.of("20")


async def test_the_head_office_is_allotted_nothing_of_its_own(lending: Lending) -> None:
    with pytest.raises(InvalidInput) as refused:
        await allot(lending, Money.of("1"), HOME)

    assert refused.value.field == "to_district"


async def test_a_float_is_funded_and_allotted_by_more_than_nothing(lending: Lending) -> None:
    with pytest.raises(InvalidInput) as not_allotted:
        await allot(lending, ZERO)
    with pytest.raises(InvalidInput) as not_funded:
        await fund_float(lending.engine, FundFloat(lending.mfi.id, "simulated", ZERO, key(), uuid4(), uuid4()))

    assert (not_allotted.value.field, not_funded.value.field) == ("amount", "amount")


async def test_a_float_is_funded_and_allotted_by_two_persons(lending: Lending) -> None:
    alone = uuid4()

    with pytest.raises(MakerIsChecker):
        await fund_float(lending.engine, FundFloat(lending.mfi.id, "simulated", Money.of("1"), key(), alone, alone))
    with pytest.raises(MakerIsChecker):
        await allot_float(
            lending.engine, AllotFloat(lending.mfi.id, "simulated", AWAY, Money.of("1"), key(), alone, alone)
        )
