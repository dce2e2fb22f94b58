"""What asks more than one node is the portal's and listed by name; what writes reference data is the catalogue's."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.postgres.record.plane import RecordOnPostgres
from storage.postgres.tables import CHANNEL, RECORD
from tests.storage.crossing import LISTED, portal_statements
from tests.storage.samples import DISTRICT, MFI, an_mfi, lay_ground
from tests.storage.statement_rules import crossings, reference_tables_written, refusing_multi_shard_statements

CHANGES = {"add_district", "add_mfi", "change_mfi", "add_product"}
"""What `core.ports.record.Record` has for reference data."""


def test_every_statement_over_several_districts_is_listed_by_name() -> None:
    assert set(portal_statements().values()) == LISTED


def test_nobody_but_the_portal_names_several_districts() -> None:
    assert crossings("select l.id from record.loans l where l.district = any($1::TEXT[])")
    assert not crossings(next(iter(portal_statements())))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO record.mfis (id) VALUES ($1)",
        "UPDATE record.districts SET name=$1 WHERE record.districts.code = $2",
        "DELETE FROM record.product_versions WHERE record.product_versions.product_id = $1",
        "with moved as (update record.catalogue_state set version = $1 returning version) select version from moved",
    ],
)
def test_a_write_to_a_reference_table_is_seen(sql: str) -> None:
    assert reference_tables_written(sql)


def test_reading_one_is_not_writing_it() -> None:
    assert not reference_tables_written("insert into record.loans (district) select $1 from record.mfis where id = $2")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update record.mfis set name = name where id = :id", "mfis is a reference table"),
        ("select id from record.loans l where l.mfi_id = :id", "l is touched without `district = \\$n`"),
        ("select nextval('numbers'), cast(:id as uuid)", "nextval\\(\\) is the server's"),
    ],
)
async def test_the_watch_fails_a_test_that_runs_one(database_url: str, sql: str, said: str) -> None:
    engine = create_async_engine(database_url.replace("postgresql:", "postgresql+asyncpg:"), poolclass=NullPool)
    with pytest.raises(AssertionError, match=said), refusing_multi_shard_statements(engine):  # noqa: PT012
        async with engine.connect() as connection:
            await connection.execute(text("create temporary sequence numbers"))
            await connection.execute(text(sql), {"id": MFI})


async def test_the_catalogue_may_write_reference_data(record_plane: RecordOnPostgres) -> None:
    with refusing_multi_shard_statements(record_plane.nodes.all[0].engine):
        await lay_ground(record_plane)
        await record_plane.change_mfi(an_mfi(address=f"Beside the post office, {DISTRICT}"))


def test_in_the_engine_only_entering_a_lender_changes_reference_data() -> None:
    for room in ("core", "conversations", "channels", "admin_web"):
        for module in Path(room).rglob("*.py"):
            called = {
                node.func.attr
                for node in ast.walk(ast.parse(module.read_text()))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert not called & CHANGES or module.name == "entering_lenders.py", module


def test_no_table_makes_an_id_of_its_own() -> None:
    for table in [*RECORD.tables.values(), *CHANNEL.tables.values()]:
        for column in table.columns:
            assert column.identity is None, column
            assert column.server_default is None, column
        assert table.autoincrement_column is None, table
