"""The page about the schema names every table, with its key and what the product may do to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Table

from storage.postgres.migrating import Plane
from storage.postgres.tables.declaring import Placement

PAGE = Path("docs/schema.md").read_text(encoding="utf-8")
LINES = dict(re.findall(r"^\| `(\w+)` \| ([^|]+ \| \w+) \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("table", [table for plane in Plane for table in plane.tables.sorted_tables], ids=str)
def test_a_table_is_on_the_page_as_it_is(table: Table) -> None:
    key = [column.name for column in table.primary_key.columns]
    if table.info["placement"] is Placement.DISTRICT:
        key.remove("district")

    assert LINES[table.name] == f"{', '.join(key)} | {table.info['writes']}"
