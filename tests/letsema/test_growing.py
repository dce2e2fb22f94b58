"""From one machine to a cluster: a backup of the embedded database goes over, is distributed, and lending goes on."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.use_cases.pins import PinResult, check_pin
from core.use_cases.verifying import verify_ledger
from letsema.backups.making import back_up
from letsema.databases import Databases
from letsema.installation import open_installation
from storage.embedded.wheel import binary
from storage.postgres.migrating import Plane, upgrade
from tests.core.use_cases.lending import PIN, Lending
from tests.fixtures_citus import CitusDatabase, distribute_database
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock
from tests.letsema.test_backups import paid, running, settings_of
from tests.servers.citus.cluster import CitusCluster

pytestmark = [pytest.mark.engine, pytest.mark.citus]

SCRIPT = Path("deploy/grow.sh")


@pytest.fixture
def database(citus_cluster: CitusCluster) -> Iterator[CitusDatabase]:
    """As `letsema db upgrade` leaves it on a coordinator that nobody joined yet."""
    name = asyncio.run(citus_cluster.create_database(joined=False))
    database = CitusDatabase(citus_cluster, name)
    for plane in Plane:
        asyncio.run(upgrade(plane, database.owner_url))
    yield database
    asyncio.run(citus_cluster.drop_database(name))


def grow(backup: Path, url: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LETSEMA_OWNER_URL": url, "PG_RESTORE": str(binary("pg_restore"))}
    return subprocess.run(
        [SCRIPT.absolute(), backup], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


async def test_a_loan_goes_on_on_the_cluster(tmp_path: Path, clock: MovableClock, database: CitusDatabase) -> None:
    alone = settings_of(tmp_path / "alone")
    async with running(alone, clock) as engine:
        lending = await Lending.opened(engine)
        phone = await lending.borrower()
        loan = await lending.active_loan(phone)
        await paid(lending, loan, "100")
        books = await lending.books(loan)
        await back_up(alone, tmp_path / "backup", clock)

    grown = await asyncio.to_thread(grow, tmp_path / "backup", database.owner_url)
    assert (grown.returncode, grown.stderr) == (0, "")
    again = await asyncio.to_thread(grow, tmp_path / "backup", database.owner_url)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "holds rows already" in again.stderr
    await distribute_database(database)
    await database.cluster.let_the_product_in(database.name)

    coordinator, *others = database.app_urls
    nodes = tuple(others)
    settings = settings_of(tmp_path / "elsewhere", record_url=coordinator, record_nodes=",".join(nodes))
    planes = Databases(coordinator, coordinator, None, None, record_nodes=nodes, channel_nodes=nodes)
    async with open_installation(settings, planes, clock=clock) as installation:
        rail = ObedientRail()
        moved = replace(lending, engine=replace(installation.engine, rails={rail.name: rail}))
        districts = sorted((await moved.engine.record.catalogue()).districts)
        assert await verify_ledger(moved.engine, districts) == []
        assert await moved.books(loan) == books
        assert (await check_pin(moved.engine, phone, PIN, "1")).result is PinResult.OK
        await paid(moved, loan, "50")
        assert (await moved.books(loan))[0] != books[0]
        assert await verify_ledger(moved.engine, districts) == []


def test_a_backup_that_is_none_and_a_database_without_a_schema_are_refused(
    tmp_path: Path, citus_cluster: CitusCluster
) -> None:
    nothing = grow(tmp_path, "postgresql://127.0.0.1:1/none")
    (tmp_path / "database.dump").touch()
    nowhere = grow(tmp_path, citus_cluster.coordinator.url("postgres"))

    assert (nothing.returncode, nothing.stderr) == (2, f"{tmp_path}/database.dump cannot be read.\n")
    assert nowhere.returncode == 2
    assert "run `letsema db upgrade` first" in nowhere.stderr
