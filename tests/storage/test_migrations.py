"""Revisions make what the tables declare, once, for all who run them at a time, and say plainly what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from storage.embedded import EmbeddedPostgres
from storage.postgres.migrating import (
    DatabaseUnreachable,
    Plane,
    SchemaMissing,
    SchemaTooNew,
    SchemaTooOld,
    check,
    differences,
    revisions,
    upgrade,
)

_CATALOGUE = {
    "columns": "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as kind, a.attnotnull, a.attnum "
    "from pg_attribute a join pg_class c on c.oid = a.attrelid "
    "where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and c.relname <> 'alembic_version' "
    "order by 1, 5",
    "constraints": "select c.relname, k.conname, pg_get_constraintdef(k.oid) from pg_constraint k "
    "join pg_class c on c.oid = k.conrelid "
    "where c.relnamespace = $1::regnamespace and c.relname <> 'alembic_version' order by 1, 2",
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
