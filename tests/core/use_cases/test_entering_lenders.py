"""Entering lenders, on a real database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.errors import InvalidInput
from core.loans.terms import Fee, FeeTiming
from core.money import Money
from core.ports.engine import Engine
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from core.use_cases.entering_lenders import LenderDiffers, LenderEntered, enter_lender
from tests.storage.samples import a_product, an_mfi


def _mfi(**changes: Any) -> Mfi:
    return an_mfi(
        uuid4(),
        **{"code": "thusano", "rail_accounts": {"simulated": "32009"}, "name": "Thusano", "licence_number": "1"}
        | changes,
    )


TERMS: Final = a_product().terms


def _product(**changes: Any) -> ProductVersion:
    return a_product(uuid4(), **{"code": "thuso"} | changes)


def _at_rate(percent: str) -> ProductVersion:
    return _product(terms=replace(TERMS, annual_rate_percent=Decimal(percent)))


async def _enter(engine: Engine, *products: ProductVersion, **changes: Any) -> LenderEntered:
    return await enter_lender(engine, _mfi(**changes), products, by="a test")


async def test_a_new_lender_is_entered_with_its_products(engine: Engine) -> None:
    entered = await _enter(engine, _product(), _product(code="kholo"))

    catalogue = await engine.record.catalogue()
    mfi = catalogue.mfi_of_code("thusano")
    assert (entered.is_new, entered.mfi) == (True, mfi)
    lent = [product for product in catalogue.products if product.mfi_id == mfi.id]
    assert {(product.code, product.version) for product in lent} == {("thuso", 1), ("kholo", 1)}


async def test_the_same_again_changes_nothing(engine: Engine) -> None:
    await _enter(engine, _product())
    before = await engine.record.catalogue()

    again = await _enter(engine, _product())

    assert (again.is_new, again.added) == (False, ())
    assert (await engine.record.catalogue()).read_version == before.read_version


async def test_a_changed_product_is_a_new_version_beside_the_old_one(engine: Engine) -> None:
    await _enter(engine, _product())

    changed = await _enter(engine, _at_rate("24"))
    back = await _enter(engine, _product())

    catalogue = await engine.record.catalogue()
    (second,), (third,) = changed.added, back.added
    assert (second.version, third.version) == (2, 3)
    assert second.product_id == third.product_id
    assert catalogue.product(second.product_id, 1).terms == TERMS
    assert catalogue.product(second.product_id, 2).terms.annual_rate_percent == Decimal(24)


async def test_a_rate_written_another_way_is_no_change(engine: Engine) -> None:
    await _enter(engine, _at_rate("36"))

    assert (await _enter(engine, _at_rate("36.00"))).added == ()


async def test_what_changed_about_a_lender_is_written_over(engine: Engine) -> None:
    first = await _enter(engine, _product())
    accounts = {"simulated": "32009", "mpesa": "71009"}

    changed = await _enter(
        engine,
        _product(),
        regulatory_status=RegulatoryStatus.SUSPENDED,
        districts=first.mfi.districts | {"LS-K"},
        rail_accounts=accounts,
    )

    assert changed.changed == ("regulatory_status", "districts", "rail_accounts")
    standing = (await engine.record.catalogue()).mfi(first.mfi.id)
    assert (standing.may_lend, standing.rail_accounts) == (False, accounts)
    assert standing == changed.mfi


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"head_office_district": "LS-B"}, "head_office_district"),
        ({"districts": frozenset({"LS-A"})}, "districts"),
        ({"rail_accounts": {"simulated": "32008"}}, "rail_accounts"),
    ],
)
async def test_what_money_hangs_on_stays_and_nothing_else_is_entered(
    engine: Engine, changes: dict[str, Any], field: str
) -> None:
    first = await _enter(engine, _product())

    with pytest.raises(LenderDiffers) as refused:
        await _enter(engine, _product(code="kholo"), **{"name": "Another"} | changes)

    assert refused.value.field == field
    catalogue = await engine.record.catalogue()
    assert catalogue.mfi(first.mfi.id) == first.mfi
    assert {product.code for product in catalogue.products} == {"thuso"}


async def test_each_change_has_its_line_in_the_audit_trail(engine: Engine, database_url: str) -> None:
    await _enter(engine, _product())
    await _enter(engine, _product())
    await _enter(engine, _product(retired=True), name="Another")

    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("select action, actor_name, details from record.audit_entries order by at, action")
    await connection.close()

    lines = {(row["action"], row["actor_name"], row["details"]) for row in rows}
    assert lines == {
        ("lender.entered", "a test", '{"changed": [], "products": ["thuso 1"]}'),
        ("lender.changed", "a test", '{"changed": ["name"], "products": ["thuso 2"]}'),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"districts": frozenset({"LS-A", "LS-X"})}, "districts"),
        ({"head_office_district": "LS-X"}, "head_office_district"),
    ],
)
async def test_a_district_that_is_none_is_named(engine: Engine, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await _enter(engine, _product(), **changes)

    assert refused.value.field == field
    assert (await engine.record.catalogue()).mfis == {}


async def test_an_account_is_one_lenders(engine: Engine) -> None:
    await _enter(engine, _product())

    with pytest.raises(InvalidInput, match="32009 on simulated is thusano's"):
        await enter_lender(engine, replace(_mfi(), code="other"), [_product()], by="a test")


async def test_the_till_is_no_service_that_a_lender_has_an_account_on(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="the till is no service"):
        await _enter(engine, _product(), rail_accounts={"simulated": "32009", "till": "1"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_min": Money.of(30_000)}, "amount_min"),
        ({"amount_step": Money.of(70)}, "amount_step"),
        ({"terms": replace(TERMS, fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(100)),))}, "fees"),
        ({"terms": replace(TERMS, principal_grace=3)}, "principal_grace"),
        ({"terms": replace(TERMS, periods_offered=(1, 200), instalment_multiple=Money.of(50))}, "instalment_multiple"),
    ],
)
async def test_a_product_that_no_loan_could_be_made_under_enters_nothing(
    engine: Engine, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await _enter(engine, _product(), _product(code="kholo", **changes))

    assert refused.value.field == field
    assert (await engine.record.catalogue()).mfis == {}


async def test_ids_of_what_stands_are_kept(engine: Engine) -> None:
    first = await _enter(engine, _product())

    again = await enter_lender(engine, replace(_mfi(), id=UUID(int=7)), [_product(retired=True)], by="a test")

    assert again.mfi.id == first.mfi.id
    assert again.added[0].product_id == first.added[0].product_id
