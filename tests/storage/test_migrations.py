"""Revisions make what the tables declare, once, for all who run them at a time, and say plainly what is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from core.loans.parts import Part
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import Fee, FeeTiming, Method
from core.money import Money
from storage.embedded import EmbeddedPostgres
from storage.postgres.migrating import (
    DatabaseUnreachable,
    Plane,
    SchemaMissing,
    SchemaTooNew,
    SchemaTooOld,
    check,
    differences,
    downgrade,
    revisions,
    upgrade,
)

_CATALOGUE = {
    "columns": "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as kind, a.attnotnull, "
    "row_number() over (partition by c.oid order by a.attnum) as place "
    "from pg_attribute a join pg_class c on c.oid = a.attrelid "
    "where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped "
    "and c.relname <> 'alembic_version' "
    "order by 1, 5",
    "constraints": "select c.relname, k.conname, pg_get_constraintdef(k.oid) from pg_constraint k "
    "join pg_class c on c.oid = k.conrelid "
    # Not null is a column's; that newer servers name it, and keep the name when the column gets another, is theirs.
    "where c.relnamespace = $1::regnamespace and k.contype <> 'n' and c.relname <> 'alembic_version' order by 1, 2",
    "indexes": "select tablename, indexname, indexdef from pg_indexes "
    "where schemaname = $1 and tablename <> 'alembic_version' order by 1, 2",
    "storage": "select relname, reloptions from pg_class "
    "where relnamespace = $1::regnamespace and relkind = 'r' and relname <> 'alembic_version' order by 1",
}


async def catalogue_of(url: str, plane: Plane) -> Mapping[str, Sequence[tuple[object, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        return {
            name: [tuple(row.values()) for row in await connection.fetch(query, plane.value)]
            for name, query in _CATALOGUE.items()
        }
    finally:
        await connection.close()


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


_LENDER_OF_BEFORE = f"""insert into record.mfis (id, code, name, licence_number, licence_tier, regulatory_status,
        address, phone, complaints_phone, head_office_district, approval_limit_1_lisente, disbursement_limit_2_lisente)
    values ('{UUID(int=1)}', 'm', 'M', '1', 1, 'registered', '', '', '', 'LS-A', 1, 1)"""  # noqa: S608


async def _products(url: str) -> Sequence[tuple[ProductTerms, Policy]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select terms, policy from record.product_versions order by version")
    finally:
        await connection.close()
    return [(ProductTerms.from_json(json.loads(row[0])), Policy.from_json(json.loads(row[1]))) for row in rows]


@pytest.fixture
async def empty_url(embedded_postgres: EmbeddedPostgres, own_database_url: str) -> str:
    await execute(own_database_url, "drop schema record cascade; drop schema channel cascade")
    return own_database_url


@pytest.mark.parametrize("plane", Plane)
async def test_revisions_make_exactly_what_the_tables_declare(empty_url: str, plane: Plane) -> None:
    """Columns, checks, keys, indexes and storage: Alembic's own comparison knows only some of these."""
    await upgrade(plane, empty_url)
    migrated = await catalogue_of(empty_url, plane)
    assert await differences(plane, empty_url) == []
    await execute(empty_url, f"drop schema {plane} cascade; create schema {plane}")
    engine = create_async_engine(empty_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(plane.tables.create_all)
    await engine.dispose()

    assert migrated == await catalogue_of(empty_url, plane)


async def test_products_and_applications_of_before_keep_their_meaning(empty_url: str) -> None:
    """Revision 9 rewrote what products say: back to the revision before it, in with old rows, and forward again."""
    await upgrade(Plane.RECORD, empty_url)
    await downgrade(Plane.RECORD, empty_url, "0008")
    await execute(empty_url, _LENDER_OF_BEFORE)
    columns = "amount_min_lisente, amount_max_lisente, amount_step_lisente, instalment_share_limit, offer_valid_days"
    await execute(
        empty_url,
        f"""insert into record.product_versions (product_id, version, mfi_id, code, names, {columns}, cooling_off_days,
            terms_months, annual_rate_percent, method, upfront_fee_percent, late_fee_lisente, late_fee_percent,
            late_fee_of, late_fee_after_days, allocation_due, allocation_advance, arrears_interest_percent, retired)
        select ('00000000-0000-0000-0000-00000000000' || version)::uuid, version, '{UUID(int=1)}', 'p', '{{"en": "P"}}',
            1, 5, 1, 0.3, 7, 2, '{{12, 3}}', 36.50, 'flat', upfront, amount, percent, of, days,
            '{{interest,principal,fee,penalty}}', '{{penalty,fee,interest,principal}}', 12, false
        from (values (1, 2.5, 5050, null, 'principal', 3), (2, 0, null, 1.5, 'principal_and_interest', 0),
            (3, 0, null, null, null, null)) old (version, upfront, amount, percent, of, days)""",  # noqa: S608
    )

    await upgrade(Plane.RECORD, empty_url)

    first, second, third = await _products(empty_url)
    order = (Part.INTEREST, Part.PRINCIPAL, Part.FEE, Part.PENALTY)
    assert first == (
        ProductTerms(
            annual_rate_percent=Decimal("36.5"),
            periods_offered=(3, 12),
            method=Method.FLAT,
            fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal("2.5")),),
        ),
        Policy(
            due_order=order,
            late_fee=LateFeeRule(Money.of("50.50"), None, with_interest=False, after_days=3),
            arrears_interest_percent=Decimal(12),
        ),
    )
    assert (second[0].fees, third[0].fees, third[1].late_fee) == ((), (), None)
    assert second[1].late_fee == LateFeeRule(None, Decimal("1.5"), with_interest=True, after_days=0)


async def test_a_difference_is_told(own_database_url: str) -> None:
    await execute(own_database_url, "alter table record.loans add column colour text")

    assert "colour" in str(await differences(Plane.RECORD, own_database_url))


@pytest.mark.parametrize("plane", Plane)
async def test_an_upgrade_leaves_nothing_to_do(own_database_url: str, plane: Plane) -> None:
    await upgrade(plane, own_database_url)

    await check(plane, own_database_url)
    found = await revisions(plane, own_database_url)
    assert found.current == found.expected


async def test_upgrades_at_the_same_time_wait_for_each_other(empty_url: str) -> None:
    await asyncio.gather(*(upgrade(Plane.RECORD, empty_url) for _ in range(3)))

    await check(Plane.RECORD, empty_url)


async def test_an_empty_database_says_so(empty_url: str) -> None:
    with pytest.raises(SchemaMissing, match="letsema db upgrade"):
        await check(Plane.RECORD, empty_url)


async def test_a_database_of_an_earlier_release_says_so(own_database_url: str) -> None:
    await execute(own_database_url, "update record.alembic_version set version_num = '0001'")

    with pytest.raises(SchemaTooOld, match="0001"):
        await check(Plane.RECORD, own_database_url)


async def test_a_database_of_a_later_release_is_left_alone(own_database_url: str) -> None:
    await execute(own_database_url, "update record.alembic_version set version_num = '9999'")

    with pytest.raises(SchemaTooNew, match="later release"):
        await check(Plane.RECORD, own_database_url)
    with pytest.raises(SchemaTooNew):
        await upgrade(Plane.RECORD, own_database_url)


async def test_an_upgrade_that_fails_changes_nothing(empty_url: str) -> None:
    await execute(empty_url, "create schema record; create table record.postings (id int)")

    with pytest.raises(Exception, match="postings"):
        await upgrade(Plane.RECORD, empty_url)

    assert (await revisions(Plane.RECORD, empty_url)).current is None
    assert {row[0] for row in (await catalogue_of(empty_url, Plane.RECORD))["columns"]} == {"postings"}


@pytest.mark.parametrize("url", ["postgresql://letsema@127.0.0.1:1/none", "postgresql:///none?host=/nowhere"])
async def test_a_database_that_does_not_answer_is_told(url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="does not answer"):
        await check(Plane.RECORD, url)


@pytest.mark.parametrize("plane", Plane)
async def test_every_revision_can_be_taken_back(own_database_url: str, plane: Plane) -> None:
    from storage.postgres import migrating

    await migrating.downgrade(plane, own_database_url, "base")
    assert (await catalogue_of(own_database_url, plane))["columns"] == []

    await upgrade(plane, own_database_url)
    await check(plane, own_database_url)
