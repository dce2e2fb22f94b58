"""The statements that name several districts at once: the portal's lists, all of them, by name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql import asyncpg

import storage.postgres.reads

LISTED = frozenset(
    {
        "complaints._COUNT",
        "complaints._PAGE",
        "dashboard._APPLICATIONS",
        "dashboard._COLLECTED",
        "dashboard._DAYS",
        "dashboard._DECISIONS",
        "dashboard._DISBURSED",
        "dashboard._DUE",
        "dashboard._OVERDUE",
        "dashboard._PORTFOLIO",
        "dashboard._SIDES",
        "floats._CHARGES",
        "floats._ON_THE_WAY",
        "floats._RESERVED",
        "floats._SIDES",
        "identities._CHANGES",
        "identities._COUNT",
        "identities._PAGE",
        "loans._COUNT",
        "loans._PAGE",
        "payments._COUNT",
        "payments._ONE",
        "payments._PAGE",
        "payouts._COUNT_PAYOUTS",
        "payouts._COUNT_WAITING",
        "payouts._NEWEST_FIRST",
        "payouts._OLDEST_FIRST",
        "payouts._ONE_PAYOUT",
        "payouts._ONE_WAITING",
        "payouts._REFUNDS",
        "payouts._WAITING",
        "plane._AUDIT",
        "proposals._COUNT",
        "proposals._PENDING",
        "queue._COUNTS",
        "queue._COUNT_OF_RISK",
        "queue._PAGES",
        "search._BY_KEY",
        "search._BY_NAME",
        "search._BY_REFERENCE",
    }
)
"""A list over districts asks each node that holds one. Staff wait for it, borrowers never do."""

_SEVERAL = re.compile(r"\bdistrict\s*=\s*any\b", re.IGNORECASE)


@cache
def portal_statements() -> Mapping[str, str]:
    """The names of the portal's statements by their SQL, as `shape` writes it."""
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
    named = (
        (shape(str(clause.compile(dialect=dialect))), f"{module}.{name}")
        for module, name, value in _declared()
        for clause in _clauses(value)
    )
    return {sql: name for sql, name in named if names_several_districts(sql)}


def shape(sql: str) -> str:
    """SQL without what does not change it."""
    return " ".join(sql.split())


def names_several_districts(sql: str) -> bool:
    """Whether a statement leaves it to its caller how many nodes it asks."""
    return bool(_SEVERAL.search(sql))


def _declared() -> Iterator[tuple[str, str, object]]:
    for found in pkgutil.iter_modules(storage.postgres.reads.__path__):
        module = importlib.import_module(f"storage.postgres.reads.{found.name}")
        yield from ((found.name, name, value) for name, value in vars(module).items())


def _clauses(value: object) -> Iterable[TextClause]:
    """A constant is a statement, or a few of one kind."""
    if isinstance(value, TextClause):
        return [value]
    if isinstance(value, dict):
        return [clause for clause in value.values() if isinstance(clause, TextClause)]
    if isinstance(value, tuple):
        return [clause for clause in value if isinstance(clause, TextClause)]
    return []
