"""docs/replication.md says what can be done: its names are there, its links lead somewhere, its statements run."""

from __future__ import annotations

import re

import asyncpg
import pytest

from core.ports.environment import KeyedHash, Sealer
from letsema.settings import Settings, variable
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.deployment.reading import ROOT
from tests.fixtures_postgres import MovableClock

ONE_COMMAND = "deploy/prepare.sh demo && docker compose up --detach --build --wait"

PAGE = (ROOT / "docs/replication.md").read_text()


def test_every_setting_on_the_page_is_one_that_there_is() -> None:
    assert set(re.findall(r"LETSEMA_[A-Z_]+", PAGE)) <= set(map(variable, Settings.model_fields))


def test_every_link_leads_to_a_page_and_a_heading() -> None:
    for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\(([^)]+)\)", PAGE)):
        page = (ROOT / "docs" / target).read_text()
        titles = re.findall("^#+ (.*)$", page, re.MULTILINE)
        headings = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
        assert not anchor or anchor in headings, f"{target}#{anchor}"


def test_the_readme_starts_the_containers_as_the_page_does() -> None:
    assert ONE_COMMAND in PAGE
    assert ONE_COMMAND in (ROOT / "README.md").read_text()


@pytest.mark.engine
async def test_a_full_district_gets_a_sibling_by_the_statements_on_the_page(
    own_database_url: str, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> None:
    [statements] = re.findall(r"^ +begin;\n.*? +commit;$", PAGE, re.MULTILINE | re.DOTALL)
    connection = await asyncpg.connect(own_database_url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()

    connections = RecordConnections(own_database_url)
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as record:
        catalogue = await record.catalogue()

    assert catalogue.district("LS-A.2").accepts_new_borrowers
    assert catalogue.district("LS-A.2").iso_code == "LS-A"
    assert not catalogue.district("LS-A").accepts_new_borrowers
    assert sum(district.accepts_new_borrowers for district in catalogue.districts.values()) == 10
