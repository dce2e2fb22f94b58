"""The catalogue finds what it is asked for, or says what it does not know."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import NotFound
from core.ports.engine import Engine
from tests.core.use_cases.lending import HOME, Lending


async def test_what_the_catalogue_does_not_know_is_refused_by_its_field(engine: Engine) -> None:
    catalogue = await engine.record.catalogue()
    unused_cell = max(district.cell_number for district in catalogue.districts.values()) + 1

    for ask, field in (
        (lambda: catalogue.district("LS-X"), "district"),
        (lambda: catalogue.district_of_cell(unused_cell), "reference"),
        (lambda: catalogue.mfi(uuid4()), "mfi"),
        (lambda: catalogue.mfi_of_code("nobody"), "mfi"),
        (lambda: catalogue.product(uuid4()), "product"),
    ):
        with pytest.raises(NotFound) as refused:
            ask()
        assert refused.value.field == field


async def test_a_product_is_named_in_english_where_a_language_has_no_name(lending: Lending) -> None:
    product = replace(lending.product, names={"en": "Thuso loan", "st_LS": "Kalimo ea Thuso"})

    assert [product.name_in(language) for language in ("en", "st_LS", "fr")] == [
        "Thuso loan",
        "Kalimo ea Thuso",
        "Thuso loan",
    ]


async def test_the_newest_version_is_lent_in_whichever_order_versions_are_read(lending: Lending) -> None:
    newest = replace(lending.product, version=2)
    catalogue = await lending.engine.record.catalogue()

    for products in ((lending.product, newest), (newest, lending.product)):
        assert replace(catalogue, products=products).products_lent_in(HOME) == (newest,)
