"""The embedded profile works as the product's own role, which the server holds to its rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from letsema.databases import Databases, Embedded, check_schemas, migrate, named_databases, open_databases
from letsema.demo.directory import keys_directory
from letsema.demo.settings import command_settings, demo_settings
from letsema.service import right_schema
from letsema.setting_values import WrongSettingError
from letsema.settings import load_settings
from storage.postgres.migrating import DatabaseUnreachable, Plane, SchemaTooOld, downgrade, revisions
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


COORDINATOR, WORKER = "postgresql://app:hush@coordinator/letsema", "postgresql://app:hush@worker-1:5433/letsema"
NOBODY = "postgresql://letsema@127.0.0.1:1/none"


async def test_the_nodes_of_a_cluster_are_its_coordinator_and_the_others_each_once() -> None:
    settings = load_settings(record_url=COORDINATOR, record_nodes=f"{COORDINATOR}, {WORKER}")

    async with open_databases(settings, Embedded.SHARE) as databases:
        assert (databases.record, databases.record_nodes) == (COORDINATOR, (WORKER,))
        assert "hush" not in repr(databases) + repr(settings)


async def test_nodes_without_a_coordinator_are_refused(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, record_nodes=WORKER)

    with pytest.raises(WrongSettingError, match="LETSEMA_RECORD_URL, the coordinator, is not"):
        async with open_databases(settings, Embedded.SHARE):
            pass


async def test_a_node_that_is_no_address_is_refused_without_showing_it() -> None:
    with pytest.raises(WrongSettingError, match="LETSEMA_RECORD_NODES") as refused:
        load_settings(record_url=COORDINATOR, record_nodes="worker-1:hush")

    assert "hush" not in str(refused.value)


async def test_a_process_starts_while_one_node_is_down(shared_database: str) -> None:
    await check_schemas(Databases(NOBODY, shared_database, None, None, record_nodes=(NOBODY, shared_database)))

    with pytest.raises(DatabaseUnreachable):
        await check_schemas(Databases(NOBODY, shared_database, None, None, record_nodes=(NOBODY,)))

    shared = shared_database
    await check_schemas(Databases(shared, NOBODY, None, None, channel_nodes=(shared,)))
    with pytest.raises(DatabaseUnreachable):
        await check_schemas(Databases(shared, NOBODY, None, None, channel_nodes=(NOBODY,)))


ELSEWHERE, STANDBY = "postgresql://app:hush@channel/letsema", "postgresql://app:hush@standby/letsema"


@pytest.mark.parametrize(
    ("named", "nodes"),
    [
        ({}, (WORKER,)),
        ({"channel_url": COORDINATOR}, (WORKER,)),
        ({"channel_nodes": f"{STANDBY},{COORDINATOR}"}, (STANDBY,)),
        ({"channel_url": ELSEWHERE}, ()),
        ({"channel_url": ELSEWHERE, "channel_nodes": f"{ELSEWHERE},{STANDBY}"}, (STANDBY,)),
    ],
)
def test_planes_that_share_a_database_share_its_nodes(named: dict[str, Any], nodes: tuple[str, ...]) -> None:
    settings = load_settings(record_url=COORDINATOR, record_nodes=WORKER, **named)

    assert named_databases(settings).channel_nodes == nodes
    assert "hush" not in repr(named_databases(settings)) + repr(settings)


async def test_nodes_of_the_channel_plane_without_a_database_are_refused(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, channel_nodes=STANDBY)

    with pytest.raises(WrongSettingError, match="LETSEMA_CHANNEL_NODES is set and LETSEMA_RECORD_URL is not"):
        async with open_databases(settings, Embedded.SHARE):
            pass


def test_a_demo_is_alone_wherever_it_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECORD_URL", "RECORD_NODES", "CHANNEL_URL", "CHANNEL_NODES"):
        monkeypatch.setenv(f"LETSEMA_{name}", WORKER)
    keys_directory(tmp_path).mkdir()

    settings = demo_settings(tmp_path, 8080, stand_in="http://127.0.0.1:8082")

    assert (settings.record_url, settings.record_nodes, settings.channel_url, settings.channel_nodes) == (
        *(None, ()),
        *(None, ()),
    )


def test_several_hosts_in_one_address_are_refused() -> None:
    """The first of them, frozen, would keep everybody out."""
    with pytest.raises(WrongSettingError, match=r"LETSEMA_CHANNEL_URL: .* names one host") as refused:
        load_settings(record_url=COORDINATOR, channel_url="postgresql://app:hush@one:5432,two:5432/letsema")

    assert "hush" not in str(refused.value)


async def test_an_older_schema_is_upgraded_by_whoever_starts_the_directory_and_by_nobody_else(tmp_path: Path) -> None:
    """As after an upgrade of the product. Who only joins is told, and changes nothing."""
    settings = command_settings(tmp_path)
    async with open_databases(settings, Embedded.OWN) as databases:
        await migrate(databases)
        for plane in Plane:
            await downgrade(plane, databases.owner(plane), "-1")
        async with open_databases(settings, Embedded.JOIN) as joined:
            with pytest.raises(SchemaTooOld, match="run `letsema db upgrade`"):
                await right_schema(joined)

        await right_schema(databases)

        for plane in Plane:
            found = await revisions(plane, databases.owner(plane))
            assert found.current == found.expected
