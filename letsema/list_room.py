"""Whether the lists of a phone have room for one lender more: a list that is too long could not be shown at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from conversations.engine.limits import CHOICES_MAX
from core.errors import NotFound
from core.records.catalogue import Catalogue, Mfi, ProductVersion
from letsema.lender_file import WrongLenderFileError


def check_list_room(catalogue: Catalogue, mfi: Mfi, products: Sequence[ProductVersion]) -> None:
    """Raises `WrongLenderFileError` when, with this lender, borrowers would choose among more lenders or, in a
    district, among more loans than a list numbers. Whatever was too many before keeps nobody from a change.
    """
    after = _with_lender(catalogue, mfi, products)
    sentences, room = [], CHOICES_MAX
    if len(after.mfis) > max(room, len(catalogue.mfis)):
        sentences.append(f"code: a phone lists at most {room} lenders, and there are as many.")
    sentences += [
        f"districts: in {district} a phone would list {lent} loans; it numbers at most {room}."
        for district in sorted(catalogue.districts)
        if (lent := len(after.products_lent_in(district))) > max(room, len(catalogue.products_lent_in(district)))
    ]
    if sentences:
        raise WrongLenderFileError(sentences)


def _with_lender(catalogue: Catalogue, mfi: Mfi, products: Sequence[ProductVersion]) -> Catalogue:
    """The catalogue as it would be: a lender and its products are known again by their codes."""
    with suppress(NotFound):
        mfi = replace(mfi, id=catalogue.mfi_of_code(mfi.code).id)
    newest: dict[str, ProductVersion] = {}
    for known in sorted(catalogue.products, key=lambda each: each.version):
        if known.mfi_id == mfi.id:
            newest[known.code] = known
    entered = tuple(_next(newest.get(product.code), replace(product, mfi_id=mfi.id)) for product in products)
    return Catalogue(catalogue.districts, {**catalogue.mfis, mfi.id: mfi}, (*catalogue.products, *entered))


def _next(known: ProductVersion | None, product: ProductVersion) -> ProductVersion:
    if known is None:
        return product
    return replace(product, product_id=known.product_id, version=known.version + 1)
