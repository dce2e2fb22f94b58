"""A lender is entered only while the lists of a phone have room for it and for what it lends."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from conversations.engine.limits import CHOICES_MAX
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion, RegulatoryStatus
from letsema.lender_file import WrongLenderFileError
from letsema.list_room import check_list_room
from tests.storage.samples import a_product, an_mfi

NEW = UUID(int=999)
DISTRICTS = {code: District(code, cell, code) for cell, code in enumerate(("LS-A", "LS-B", "LS-C"), 10)}


def products_of(mfi: Mfi, count: int) -> tuple[ProductVersion, ...]:
    first = 1_000 * (mfi.id.int + 1)
    return tuple(a_product(UUID(int=first + number), mfi_id=mfi.id) for number in range(count))


def catalogue(lenders: int, products: int) -> Catalogue:
    """Lenders, of whom the first lends these products in LS-A and LS-B."""
    mfis = [an_mfi(UUID(int=number)) for number in range(1, lenders + 1)]
    return Catalogue(DISTRICTS, {mfi.id: mfi for mfi in mfis}, products_of(mfis[0], products))


def test_the_last_lender_and_the_last_loan_that_a_list_numbers_are_entered() -> None:
    new = an_mfi(NEW)

    check_list_room(catalogue(CHOICES_MAX - 1, CHOICES_MAX - 2), new, products_of(new, 2))


def test_one_lender_too_many_is_refused() -> None:
    with pytest.raises(WrongLenderFileError, match="a phone lists at most 97 lenders"):
        check_list_room(catalogue(CHOICES_MAX, 1), an_mfi(NEW), ())


def test_one_loan_too_many_is_refused_for_the_districts_where_it_is() -> None:
    new = an_mfi(NEW, districts=frozenset({"LS-B", "LS-C"}))

    with pytest.raises(WrongLenderFileError) as refused:
        check_list_room(catalogue(1, CHOICES_MAX - 1), new, products_of(new, 2))

    assert refused.value.sentences == ("districts: in LS-B a phone would list 98 loans; it numbers at most 97.",)


def test_a_full_list_keeps_nobody_from_changing_what_is_on_it() -> None:
    full = catalogue(CHOICES_MAX, CHOICES_MAX)
    lender = full.mfis[UUID(int=1)]
    as_entered = replace(lender, id=NEW)

    check_list_room(full, as_entered, products_of(as_entered, 0))
    check_list_room(full, as_entered, [replace(each, product_id=NEW, mfi_id=NEW) for each in full.products])


def test_what_is_not_lent_takes_no_room() -> None:
    suspended = an_mfi(NEW, regulatory_status=RegulatoryStatus.SUSPENDED)
    new = an_mfi(NEW)

    check_list_room(catalogue(1, CHOICES_MAX), suspended, products_of(suspended, 1))
    check_list_room(catalogue(1, CHOICES_MAX), new, [replace(each, retired=True) for each in products_of(new, 1)])


def test_a_list_that_was_too_long_before_keeps_no_other_lender_out() -> None:
    new = an_mfi(NEW, districts=frozenset({"LS-C"}))

    check_list_room(catalogue(1, CHOICES_MAX + 1), new, products_of(new, 1))
