"""The reference data: read whole, kept in memory for a few seconds, read again only when its version has moved."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from core.credit.checks import ProductChecks
from core.errors import Conflict, NotFound
from core.loans.policy import Policy
from core.loans.product_terms import ProductTerms
from core.money import Money
from core.ports.record import DistrictDown
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion, RegulatoryStatus
from storage.postgres.record.connection import NodeConnection
from storage.postgres.tables.reference import (
    catalogue_state,
    districts,
    mfi_districts,
    mfis,
    product_versions,
    rail_accounts,
)

FRESH_SECONDS: Final = 5.0

Connected = Callable[[], AbstractAsyncContextManager[NodeConnection]]


class CatalogueOnPostgres:
    """Reads and writes the reference tables."""

    def __init__(self, connected: Connected) -> None:
        self._connected = connected
        self._known: Catalogue | None = None
        self._fresh_until = 0.0
        self._reading = asyncio.Lock()

    async def current(self) -> Catalogue:
        """The catalogue as it was a few seconds ago at most; the last one known while no node answers.

        Raises `DistrictDown` when none was ever read.
        """
        known = self._known
        if known is not None and (self._is_fresh() or self._reading.locked()):
            return known
        async with self._reading:
            if self._known is None or not self._is_fresh():
                self._known = await self._refreshed(self._known)
                self._fresh_until = asyncio.get_running_loop().time() + FRESH_SECONDS
            return self._known

    async def add_district(self, district: District) -> None:
        """Add a district cell; a repeat of the same is ignored. Raises `Conflict` for another of that code."""
        async with self._changing() as (connection, before):
            if (standing := before.districts.get(district.code)) is not None:
                return _same_or_conflict(standing, district)
            await connection.execute(insert(districts).values(**_district_values(district)))
        return None

    async def add_mfi(self, mfi: Mfi) -> None:
        """Add a lender; a repeat of the same is ignored. Raises `Conflict` for another with that id."""
        async with self._changing() as (connection, before):
            if (standing := before.mfis.get(mfi.id)) is not None:
                return _same_or_conflict(standing, mfi)
            await connection.execute(insert(mfis).values(**_mfi_values(mfi)))
            await _add_places(connection, mfi, mfi.districts, mfi.rail_accounts)
        return None

    async def change_mfi(self, mfi: Mfi) -> None:
        """Write over a lender, and add the districts and rail accounts that it did not have. Raises `NotFound`."""
        async with self._changing() as (connection, before):
            standing = before.mfi(mfi.id)
            await connection.execute(update(mfis).where(mfis.c.id == mfi.id).values(**_mfi_values(mfi)))
            new_accounts = {
                rail: mfi.rail_accounts[rail] for rail in mfi.rail_accounts if rail not in standing.rail_accounts
            }
            await _add_places(connection, mfi, mfi.districts - standing.districts, new_accounts)

    async def add_product(self, product: ProductVersion) -> None:
        """Add a version of a product; a repeat of the same is ignored. Raises `Conflict` for another of that number."""
        async with self._changing() as (connection, before):
            try:
                standing = before.product(product.product_id, product.version)
            except NotFound:
                await connection.execute(insert(product_versions).values(**_product_values(product)))
            else:
                return _same_or_conflict(standing, product)
        return None

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[tuple[NodeConnection, Catalogue]]:
        """One change of the reference data: changes queue up on the version's row, which each moves on."""
        async with self._connected() as connection:
            await connection.execute(update(catalogue_state).values(version=catalogue_state.c.version + 1))
            yield connection, await _read(connection)
            await connection.commit()
        self._fresh_until = 0.0

    def _is_fresh(self) -> bool:
        return asyncio.get_running_loop().time() < self._fresh_until

    async def _refreshed(self, known: Catalogue | None) -> Catalogue:
        try:
            async with self._connected() as connection:
                version = (await connection.execute(select(catalogue_state.c.version))).scalar_one()
                if known is not None and known.read_version == version:
                    return known
                return await _read(connection)
        except DistrictDown:
            if known is None:
                raise
            return known


async def _read(connection: NodeConnection) -> Catalogue:
    version = (await connection.execute(select(catalogue_state.c.version))).scalar_one()
    lent_in: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in await connection.execute(select(mfi_districts)):
        lent_in[row.mfi_id].add(row.iso_code)
    accounts: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    for row in await connection.execute(select(rail_accounts)):
        accounts[row.mfi_id][row.rail] = row.account
    cells = [_district(row) for row in await connection.execute(select(districts).order_by(districts.c.code))]
    lenders = [
        _mfi(row, lent_in[row.id], accounts[row.id])
        for row in await connection.execute(select(mfis).order_by(mfis.c.code))
    ]
    products = await connection.execute(
        select(product_versions).order_by(product_versions.c.product_id, product_versions.c.version)
    )
    return Catalogue(
        districts={district.code: district for district in cells},
        mfis={mfi.id: mfi for mfi in lenders},
        products=tuple(_product(row) for row in products),
        read_version=version,
    )


async def _add_places(
    connection: NodeConnection, mfi: Mfi, iso_codes: Iterable[str], accounts: Mapping[str, str]
) -> None:
    for iso_code in sorted(iso_codes):
        await connection.execute(insert(mfi_districts).values(mfi_id=mfi.id, iso_code=iso_code))
    for rail, account in accounts.items():
        await connection.execute(insert(rail_accounts).values(rail=rail, account=account, mfi_id=mfi.id))


def _same_or_conflict(standing: object, given: object) -> None:
    if standing != given:
        raise Conflict("there is another one by that key")


def _district_values(district: District) -> dict[str, Any]:
    return {
        "code": district.code,
        "cell_number": district.cell_number,
        "name": district.name,
        "accepts_new_borrowers": district.accepts_new_borrowers,
    }


def _district(row: Row[Any]) -> District:
    return District(
        code=row.code,
        cell_number=row.cell_number,
        name=row.name,
        accepts_new_borrowers=row.accepts_new_borrowers,
    )


def _mfi_values(mfi: Mfi) -> dict[str, Any]:
    return {
        "id": mfi.id,
        "code": mfi.code,
        "name": mfi.name,
        "licence_number": mfi.licence_number,
        "licence_tier": mfi.licence_tier,
        "regulatory_status": mfi.regulatory_status,
        "address": mfi.address,
        "phone": mfi.phone,
        "complaints_phone": mfi.complaints_phone,
        "head_office_district": mfi.head_office_district,
        "approval_limit_1_lisente": mfi.approval_limit_1.minor,
        "disbursement_limit_2_lisente": mfi.disbursement_limit_2.minor,
        "sms_sender_id": mfi.sms_sender_id,
    }


def _mfi(row: Row[Any], lent_in: set[str], accounts: dict[str, str]) -> Mfi:
    return Mfi(
        id=row.id,
        code=row.code,
        name=row.name,
        licence_number=row.licence_number,
        licence_tier=row.licence_tier,
        regulatory_status=RegulatoryStatus(row.regulatory_status),
        address=row.address,
        phone=row.phone,
        complaints_phone=row.complaints_phone,
        head_office_district=row.head_office_district,
        districts=frozenset(lent_in),
        approval_limit_1=Money(row.approval_limit_1_lisente),
        disbursement_limit_2=Money(row.disbursement_limit_2_lisente),
        rail_accounts=accounts,
        sms_sender_id=row.sms_sender_id,
    )


def _product_values(product: ProductVersion) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "version": product.version,
        "mfi_id": product.mfi_id,
        "code": product.code,
        "names": dict(product.names),
        "amount_min_lisente": product.amount_min.minor,
        "amount_max_lisente": product.amount_max.minor,
        "amount_step_lisente": product.amount_step.minor,
        "instalment_share_limit": product.instalment_share_limit,
        "offer_valid_days": product.offer_valid_days,
        "cooling_off_days": product.cooling_off_days,
        "payoff_quote_days": product.payoff_quote_days,
        "retired": product.retired,
        "checks": product.checks.to_json(),
        "terms": product.terms.to_json(),
        "policy": product.policy.to_json(),
    }


def _product(row: Row[Any]) -> ProductVersion:
    return ProductVersion(
        product_id=row.product_id,
        version=row.version,
        mfi_id=row.mfi_id,
        code=row.code,
        names=row.names,
        amount_min=Money(row.amount_min_lisente),
        amount_max=Money(row.amount_max_lisente),
        amount_step=Money(row.amount_step_lisente),
        terms=ProductTerms.from_json(row.terms),
        policy=Policy.from_json(row.policy),
        instalment_share_limit=row.instalment_share_limit,
        offer_valid_days=row.offer_valid_days,
        cooling_off_days=row.cooling_off_days,
        payoff_quote_days=row.payoff_quote_days,
        retired=row.retired,
        checks=ProductChecks.from_json(row.checks),
    )


__all__: Sequence[str] = ("FRESH_SECONDS", "CatalogueOnPostgres")
