"""The page about the channel plane on Cassandra names every table with its keys."""

from __future__ import annotations

import re
from pathlib import Path

from storage.cassandra.migrating import versions

PAGE = dict(
    re.findall(r"^\| `(\w+)` \| ([^|]+) \|", Path("docs/cassandra.md").read_text(encoding="utf-8"), re.MULTILINE)
)


def keys(statement: str) -> tuple[str, str]:
    """A table's name and its key, as the page writes it."""
    name = re.findall(r"create table if not exists (\w+)", statement, re.IGNORECASE)[0]
    if whole := re.search(r"PRIMARY KEY \(\(([^)]+)\)(?:, ([^)]+))?\)", statement):
        partition, rows = whole.groups()
    else:
        partition, rows = re.findall(r"(\w+) \w+ PRIMARY KEY", statement)[0], None
    return name, f"{partition}; {rows}" if rows else partition


def test_every_table_is_on_the_page_as_it_is() -> None:
    statements = [statement for version in versions() for statement in version.statements]

    # A column that a later version adds is no part of a key.
    made = dict(keys(statement) for statement in statements if not statement.lower().startswith("alter table"))

    assert made == PAGE
