"""What the product's own role may do. The books, steps, scores and trail are only ever added to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.postgres.migrating import Plane
from storage.postgres.tables.declaring import APP_ROLE, Writes

TABLES = [table for plane in Plane for table in plane.tables.sorted_tables]
APPEND_ONLY = [table.fullname for table in TABLES if table.info["writes"] is Writes.APPEND]


@pytest.fixture
async def as_product(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database_url, server_settings={"role": APP_ROLE})
    yield connection
    await connection.close()


def test_what_must_stay_as_it_was_written_is_append_only() -> None:
    assert {
        "record.journals",
        "record.postings",
        "record.loan_events",
        "record.application_transitions",
        "record.loan_transitions",
        "record.application_scores",
        "record.key_facts_accepted",
        "record.audit_entries",
    } <= set(APPEND_ONLY)


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_rows_of_an_append_only_table_are_neither_changed_nor_removed(
    as_product: asyncpg.Connection[asyncpg.Record], table: str
) -> None:
    column = await as_product.fetchval(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum = 1", table
    )
    changing = (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}")  # noqa: S608
    for statement in changing:
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
            await as_product.execute(statement)
        assert refused.value.sqlstate == "42501"


async def test_every_table_has_exactly_the_rights_that_it_declares(
    as_product: asyncpg.Connection[asyncpg.Record],
) -> None:
    rows = await as_product.fetch(
        "select table_schema || '.' || table_name as name, array_agg(privilege_type::text) as rights "
        "from information_schema.role_table_grants where grantee = $1 group by 1",
        APP_ROLE,
    )

    versions = {f"{plane}.alembic_version": frozenset({"SELECT"}) for plane in Plane}
    assert {row["name"]: frozenset(row["rights"]) for row in rows} == versions | {
        table.fullname: table.info["writes"].privileges for table in TABLES
    }


async def test_the_product_makes_and_drops_nothing(as_product: asyncpg.Connection[asyncpg.Record]) -> None:
    for statement in (
        "create table record.mine (id int)",
        "create table public.mine (id int)",
        "drop table record.postings",
        "alter table record.postings disable trigger all",
        "set session_replication_role = replica",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_product.execute(statement)


async def test_no_table_takes_a_value_from_the_server(as_product: asyncpg.Connection[asyncpg.Record]) -> None:
    made = await as_product.fetch(
        "select table_name, column_name from information_schema.columns "
        "where table_schema in ('record', 'channel') and table_name <> 'alembic_version' "
        "and (column_default is not null or is_identity = 'YES' or is_generated <> 'NEVER')"
    )

    assert made == []


async def test_every_unique_key_of_a_district_leads_with_it(as_product: asyncpg.Connection[asyncpg.Record]) -> None:
    keys = await as_product.fetch(
        "select i.indexrelid::regclass::text as name, c.relname as table_name, a.attname as leading "
        "from pg_index i join pg_class c on c.oid = i.indrelid "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] "
        "where i.indisunique and c.relnamespace = 'record'::regnamespace"
    )
    district_keyed = {table.name for table in TABLES if table.info["placement"] == "district"}

    assert [row["name"] for row in keys if row["table_name"] in district_keyed and row["leading"] != "district"] == []
    assert district_keyed <= {row["table_name"] for row in keys}
