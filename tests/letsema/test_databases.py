"""The embedded profile works as the product's own role, which the server holds to its rights."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from letsema.databases import Embedded, migrate, open_databases
from letsema.demo.settings import command_settings
from storage.postgres.tables.declaring import APP_ROLE


async def test_the_embedded_database_is_reached_as_a_role_that_cannot_change_the_books(tmp_path: Path) -> None:
    async with open_databases(command_settings(tmp_path), Embedded.OWN) as databases:
        await migrate(databases)
        for url in (databases.record, databases.channel):
            connection = await asyncpg.connect(url)
            try:
                assert await connection.fetchval("select session_user") == APP_ROLE
                assert not await connection.fetchval("select rolsuper from pg_roles where rolname = session_user")
                for table in ("journals", "postings", "audit_entries", "audit_seals", "loan_events"):
                    for statement in (f"update record.{table} set district = ''", f"delete from record.{table}"):  # noqa: S608
                        with pytest.raises(asyncpg.InsufficientPrivilegeError):
                            await connection.execute(statement)
                # It did not become that role: it is it, and there is none to fall back to.
                await connection.execute("reset role")
                assert await connection.fetchval("select current_user") == APP_ROLE
            finally:
                await connection.close()
