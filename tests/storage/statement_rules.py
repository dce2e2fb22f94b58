"""What every statement of the record plane must obey to stay on one district's node. Checked on plain PostgreSQL too.

It reads SQL as this product writes it (one table after each `from`, `join`, `update` or `into`), not SQL at large.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

from greenlet import getcurrent  # type: ignore[import-untyped]
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.postgres.tables import RECORD
from storage.postgres.tables.declaring import Placement
from tests.storage.crossing import names_several_districts, portal_statements, shape

_PLACED = {name.name: name.info["placement"] for name in RECORD.tables.values()}
DISTRICT_KEYED = {name for name, placement in _PLACED.items() if placement is Placement.DISTRICT}
REFERENCE = {name for name, placement in _PLACED.items() if placement is Placement.REFERENCE}

_NOT_AN_ALIAS = r"(?!(?:on|where|set|join|left|full|order|group|limit|values|as|for|returning|using|cross)\b)"
_TABLE = re.compile(rf"\b(from|join|update|into)\s+record\.(\w+)(?:\s+(?:as\s+)?{_NOT_AN_ALIAS}(\w+))?", re.IGNORECASE)
_NAMED = re.compile(r"(?:(?:record\.)?(\w+)\.)?\bdistrict\s*=\s*(?:any\s*\(\s*)?\$\d+", re.IGNORECASE)
_INSERTED = re.compile(r"\binto\s+record\.(\w+)\s*\(([^)]*)\)", re.IGNORECASE)
_SECOND_TABLE = re.compile(r",\s*record\.\w+(?!\.)\b\s*(?:where|join|$)", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:into|update|delete\s+from)\s+record\.(\w+)", re.IGNORECASE)
_MADE_BY_THE_SERVER = re.compile(r"\b(nextval|gen_random_uuid|now|clock_timestamp|random)\s*\(", re.IGNORECASE)


def violations(sql: str) -> list[str]:
    """What is wrong with a statement; nothing for one that stays on the shard of the districts it names."""
    found = [f"{call}() is the server's, not the engine's" for call in _MADE_BY_THE_SERVER.findall(sql)]
    if _SECOND_TABLE.search(sql):
        found.append("tables are joined by commas")
    inserted: dict[str, str] = dict(_INSERTED.findall(sql))
    named = Counter(qualifier or "" for qualifier in _NAMED.findall(sql))
    needed: Counter[str] = Counter()
    for verb, table, alias in _TABLE.findall(sql):
        if table not in DISTRICT_KEYED:
            continue
        if verb.lower() == "into":
            if "district" not in inserted.get(table, ""):
                found.append(f"a row of {table} is inserted without its district")
        else:
            needed[alias or table] += 1
    unqualified = named[""]
    for name, times in needed.items():
        missing = times - named[name]
        if missing > unqualified:
            found.append(f"{name} is touched without `district = $n`")
        else:
            unqualified -= max(0, missing)
    return found


def reference_tables_written(sql: str) -> list[str]:
    """The reference tables that a statement writes. Each write waits for every node, and fails while one is down."""
    return [table for table in _WRITTEN.findall(sql) if table in REFERENCE]


def crossings(sql: str) -> list[str]:
    """What is wrong with a statement that names several districts and is none of the portal's."""
    if names_several_districts(sql) and shape(sql) not in portal_statements():
        return ["it names several districts, and is no list of the portal"]
    return []


def issued_by() -> str:
    """Which function of the storage room runs the statement that SQLAlchemy is about to send."""
    parent = getcurrent().parent
    frame = parent.gr_frame if parent is not None else None
    while frame is not None:
        if name := _name_in_storage(frame.f_code.co_filename, frame.f_code.co_qualname):
            return name
        frame = frame.f_back
    return "somebody"


@cache
def _name_in_storage(filename: str, function: str) -> str:
    """A function of the storage room by its module and name; nothing for any other."""
    path = Path(filename)
    is_ours = {"storage", "postgres"} <= set(path.parts) and path.stem not in ("connection", "asking")
    return f"{path.stem}.{function}" if is_ours else ""


@cache
def _verdict(sql: str) -> tuple[Sequence[str], Sequence[str]]:
    """What a statement breaks, and the reference tables it writes; asked of the same ones again and again."""
    return violations(sql) + crossings(sql), reference_tables_written(sql)


@contextmanager
def refusing_multi_shard_statements(engine: AsyncEngine) -> Iterator[None]:
    """Watch an engine; afterwards fail on every statement that broke a rule."""
    broken: list[str] = []
    changes_of_catalogue: WeakSet[Any] = WeakSet()

    def look(connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        broken_rules, written = _verdict(sql)
        found = list(broken_rules)
        # The catalogue begins each of its changes so, and nobody else writes that table.
        if "catalogue_state" in written:
            changes_of_catalogue.add(connection.get_transaction())
        elif written and connection.get_transaction() not in changes_of_catalogue:
            found += [f"{table} is a reference table" for table in written]
        broken.extend(f"{issued_by()}: {violation}: {shape(sql)}" for violation in found)

    event.listen(engine.sync_engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", look)
    assert not broken, "\n".join(broken)
