"""What every statement of the record plane must obey to stay on one district's node. Checked on plain PostgreSQL too.

It reads SQL as this product writes it (one table after each `from`, `join`, `update` or `into`), not SQL at large.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.postgres.tables import RECORD
from storage.postgres.tables.declaring import Placement

DISTRICT_KEYED = {name.name for name in RECORD.tables.values() if name.info["placement"] is Placement.DISTRICT}

_NOT_AN_ALIAS = r"(?!(?:on|where|set|join|left|full|order|group|limit|values|as|for|returning|using|cross)\b)"
_TABLE = re.compile(rf"\b(from|join|update|into)\s+record\.(\w+)(?:\s+(?:as\s+)?{_NOT_AN_ALIAS}(\w+))?", re.IGNORECASE)
_NAMED = re.compile(r"(?:(?:record\.)?(\w+)\.)?\bdistrict\s*=\s*(?:any\s*\(\s*)?\$\d+", re.IGNORECASE)
_INSERTED = re.compile(r"\binto\s+record\.(\w+)\s*\(([^)]*)\)", re.IGNORECASE)
_SECOND_TABLE = re.compile(r",\s*record\.\w+(?!\.)\b\s*(?:where|join|$)", re.IGNORECASE)
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


@contextmanager
def refusing_multi_shard_statements(engine: AsyncEngine) -> Iterator[None]:
    """Watch an engine; afterwards fail on every statement that broke a rule."""
    broken: list[str] = []

    def look(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        broken.extend(f"{violation}: {' '.join(sql.split())}" for violation in violations(sql))

    event.listen(engine.sync_engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", look)
    assert not broken, "\n".join(broken)
