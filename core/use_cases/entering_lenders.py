"""Entering a lender and what it lends. Doing it again changes nothing; a product that changed becomes a new version.

Applications and loans keep the version that they were made under, so a version that stands is never written over. Each
change has its line in the audit trail of the lender's head office.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from core.errors import Conflict, InvalidInput
from core.ledger.accounts import TILL
from core.ports.engine import Engine
from core.ports.work import AuditEntry
from core.records.catalogue import Catalogue, Mfi, ProductVersion
from core.use_cases.quoting import quote

_ANY_DAY: Final = date(2024, 1, 31)
"""Whether a schedule exists does not hang on the day; the last of a long month asks the most of it."""
_OWN_NUMBERS: Final = frozenset({"product_id", "version", "mfi_id"})


class LenderDiffers(Conflict):
    """The lender stands already, and money or loans hang on what would change."""

    code = "lender_differs"


@dataclass(frozen=True, slots=True)
class LenderEntered:
    """What came of it: the lender, whether it is new, which of its fields changed, and the versions of its products."""

    mfi: Mfi
    is_new: bool
    changed: tuple[str, ...]
    added: tuple[ProductVersion, ...]
    unchanged: tuple[ProductVersion, ...]


async def enter_lender(engine: Engine, mfi: Mfi, products: Sequence[ProductVersion], *, by: str) -> LenderEntered:
    """Enter a lender and its products. Their ids and versions count only where they are new; `by` is for the audit.

    A product that stands and is not among `products` stays as it is. Raises `InvalidInput` naming the field,
    `LenderDiffers`, and `Conflict` when somebody else enters the same at the same time.
    """
    catalogue = await engine.record.catalogue()
    standing = next((known for known in catalogue.mfis.values() if known.code == mfi.code), None)
    mfi = replace(mfi, id=standing.id) if standing is not None else mfi
    _check_mfi(catalogue, mfi)
    changed = _changes(standing, mfi) if standing is not None else ()
    for product in products:
        check_product(product)
    placed = [_placed(catalogue, mfi, product) for product in products]
    added = tuple(product for product, is_new in placed if is_new)
    if standing is None:
        await engine.record.add_mfi(mfi)
    if standing is None or changed or added:
        # Before the change, not after it: a line too many after a crash is better than a change without one.
        await _audit(engine, mfi, by, is_new=standing is None, changed=changed, added=added)
    if changed:
        await engine.record.change_mfi(mfi)
    for product in added:
        await engine.record.add_product(product)
    unchanged = tuple(product for product, is_new in placed if not is_new)
    return LenderEntered(mfi, standing is None, changed, added, unchanged)


def check_product(product: ProductVersion) -> None:
    """Raise `InvalidInput` unless every amount and term on offer has a schedule, and the rules can run a loan."""
    if product.amount_min > product.amount_max:
        raise InvalidInput("the smallest amount is not above the largest", field="amount_min")
    if (product.amount_max - product.amount_min).minor % product.amount_step.minor:
        raise InvalidInput("whole steps lead from the smallest amount to the largest", field="amount_step")
    for amount in (product.amount_min, product.amount_max):
        for periods in product.terms.periods_offered:
            quote(product, amount, periods, _ANY_DAY)


def _check_mfi(catalogue: Catalogue, mfi: Mfi) -> None:
    _check_districts(mfi, {district.iso_code for district in catalogue.districts.values()})
    if mfi.head_office_district not in catalogue.districts:
        raise InvalidInput(f"there is no district {mfi.head_office_district}", field="head_office_district")
    if TILL in mfi.rail_accounts:
        raise InvalidInput("the till is no service: it has no account to pay to", field="rail_accounts")
    for rail, account in mfi.rail_accounts.items():
        owner = catalogue.mfi_of_rail_account(rail, account)
        if owner is not None and owner.id != mfi.id:
            raise InvalidInput(f"account {account} on {rail} is {owner.code}'s", field="rail_accounts")


def _check_districts(mfi: Mfi, known: Iterable[str]) -> None:
    unknown = sorted(mfi.districts - set(known))
    if unknown:
        raise InvalidInput(f"there is no district {', '.join(unknown)}", field="districts")


def _changes(standing: Mfi, given: Mfi) -> tuple[str, ...]:
    """The names of the fields that change. Raises `LenderDiffers` where money or loans hang on what stands."""
    if given.head_office_district != standing.head_office_district:
        raise LenderDiffers("the head office stays where its books are", field="head_office_district")
    if gone := sorted(standing.districts - given.districts):
        raise LenderDiffers(f"loans may run in {', '.join(gone)}: a district is not taken away", field="districts")
    for rail, account in standing.rail_accounts.items():
        if given.rail_accounts.get(rail) != account:
            raise LenderDiffers(
                f"payments still arrive on {account}: an account is not taken away", field="rail_accounts"
            )
    return tuple(_differing(standing, given))


async def _audit(
    engine: Engine, mfi: Mfi, by: str, *, is_new: bool, changed: Sequence[str], added: Sequence[ProductVersion]
) -> None:
    entry = AuditEntry(
        id=engine.identifiers.new_id(),
        mfi_id=mfi.id,
        at=engine.clock.now(),
        actor_id=None,
        actor_name=by,
        action="lender.entered" if is_new else "lender.changed",
        subject=mfi.code,
        details={"changed": list(changed), "products": [f"{product.code} {product.version}" for product in added]},
    )
    async with engine.record.unit(mfi.head_office_district) as unit:
        await unit.audit.add(entry)
        await unit.commit()


def _placed(catalogue: Catalogue, mfi: Mfi, product: ProductVersion) -> tuple[ProductVersion, bool]:
    """The product under its own number, and whether it is a version that is yet to be added."""
    versions = [known for known in catalogue.products if known.mfi_id == mfi.id and known.code == product.code]
    if not versions:
        return replace(product, mfi_id=mfi.id, version=1), True
    newest = max(versions, key=lambda known: known.version)
    if not set(_differing(newest, product)) - _OWN_NUMBERS:
        return newest, False
    return replace(product, product_id=newest.product_id, mfi_id=mfi.id, version=newest.version + 1), True


def _differing(one: Mfi | ProductVersion, other: Mfi | ProductVersion) -> list[str]:
    return [field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name)]
