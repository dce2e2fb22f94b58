"""Reference data and the unit itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

import pytest

from core.calendar import PeriodUnit
from core.errors import Conflict, NotFound
from core.loans.exact import MultipleRounding
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import DayCount, EmiBasis, Fee, FeeTiming, Method, Residue
from core.money import Money, Rounding
from core.ports.record import Record
from core.records.catalogue import District
from tests.storage.samples import DISTRICT, MFI, OTHER_MFI, PRODUCT, a_borrower, a_product, an_mfi

WHOLE_TERMS: Final = ProductTerms(
    annual_rate_percent=Decimal("41.25"),
    periods_offered=(4, 12),
    method=Method.FLAT,
    period_unit=PeriodUnit.WEEK,
    period_every=2,
    day_count=DayCount.ACTUAL_364,
    rounding_mode=Rounding.UP,
    instalment_multiple=Money.of("0.50"),
    instalment_rounding=MultipleRounding.DOWN,
    residue=Residue.LEVELLED,
    emi_basis=EmiBasis.EXACT,
    principal_grace=1,
    interest_grace=2,
    interest_free=3,
    fees=(
        Fee("upfront", FeeTiming.UPFRONT, percent=Decimal("1.25")),
        Fee("Service fee", FeeTiming.SPREAD, Money.of("40.10"), translations=(("st_LS", "Tefiso ea tšebeletso"),)),
    ),
)
WHOLE_POLICY: Final = Policy(
    due_order=tuple(reversed(DEFAULT_ORDER)),
    advance_order=(Part.PRINCIPAL, Part.PENALTY, Part.FEE, Part.INTEREST),
    late_fee=LateFeeRule(None, Decimal("5.0"), with_interest=True, after_days=2),
    arrears_interest_percent=Decimal("12.5"),
    cap=Cap.INTEREST_AND_FEES,
    payoff_interest=PayoffInterest.PERIOD_END,
)
"""Nothing in them is as it would be by itself."""


async def test_the_ten_districts_are_there_from_the_start(record: Record) -> None:
    catalogue = await record.catalogue()

    assert [district.code for district in catalogue.districts.values()] == [f"LS-{letter}" for letter in "ABCDEFGHJK"]
    assert catalogue.district_of_cell(10).name == "Maseru"


async def test_lenders_and_products_are_read_back_as_added(record: Record) -> None:
    percentage = a_product(
        UUID(int=12),
        terms=WHOLE_TERMS,
        policy=WHOLE_POLICY,
        retired=True,
    )
    await record.add_product(percentage)
    await record.add_product(a_product(UUID(int=13), policy=Policy()))

    catalogue = await record.catalogue()

    assert catalogue.mfi(MFI) == an_mfi()
    assert catalogue.product(PRODUCT) == a_product()
    assert catalogue.product(UUID(int=12)) == percentage
    assert catalogue.product(UUID(int=13)).policy == Policy()


async def test_a_change_is_seen_at_once_where_it_was_made(record: Record) -> None:
    before = await record.catalogue()

    await record.add_product(a_product(version=2, amount_max=Money.of(30_000)))

    after = await record.catalogue()
    assert after.product(PRODUCT).version == 2
    assert after.product(PRODUCT, 1) == a_product()
    assert after.read_version > before.read_version


async def test_adding_the_same_again_is_ignored_and_another_by_its_key_refused(record: Record) -> None:
    await record.add_mfi(an_mfi())
    await record.add_product(a_product())

    with pytest.raises(Conflict):
        await record.add_mfi(an_mfi(name="Another"))
    with pytest.raises(Conflict):
        await record.add_product(a_product(retired=True))
    with pytest.raises(Conflict):
        await record.add_mfi(an_mfi(UUID(int=3), rail_accounts={"simulated": "SIM-1"}))

    catalogue = await record.catalogue()
    assert set(catalogue.mfis) == {MFI, OTHER_MFI}


async def test_a_full_district_gets_a_sibling_cell(record: Record) -> None:
    sibling = District("LS-A.2", 20, "Maseru")

    await record.add_district(sibling)
    await record.add_district(sibling)

    catalogue = await record.catalogue()
    assert catalogue.district("LS-A.2") == sibling
    assert [product.mfi_id for product in catalogue.products_lent_in("LS-A.2")] == [MFI]
    with pytest.raises(Conflict):
        await record.add_district(replace(sibling, cell_number=21))


async def test_leaving_a_unit_without_commit_keeps_nothing(record: Record) -> None:
    borrower = a_borrower()
    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.borrowers.get(borrower.id) == borrower


async def test_nothing_follows_a_commit(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.commit()
        with pytest.raises(Exception, match="closed"):
            await unit.borrowers.add(a_borrower())


async def test_a_lender_is_written_over_and_what_it_had_is_kept(record: Record) -> None:
    changed = an_mfi(name="Another", districts=frozenset({"LS-A", "LS-B", "LS-K"}), approval_limit_1=Money.of(1))

    await record.change_mfi(changed)

    assert (await record.catalogue()).mfi(MFI) == changed
    with pytest.raises(NotFound):
        await record.change_mfi(an_mfi(UUID(int=9)))
