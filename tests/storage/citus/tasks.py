"""How many tasks Citus makes of a statement: one, or it leaves the node of its district."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import event

from storage.postgres.record.plane import RecordOnPostgres
from tests.servers.citus.cluster import connected
from tests.storage.crossing import portal_statements, shape
from tests.storage.statement_rules import issued_by, reference_tables_written

IN_PARTS = frozenset({"day_end.DayEndOnPostgres._close"})
"""Functions of a worker whose statement Citus runs in several parts, each of them one task on the district's node: what
it inserts is made of rows that it has just read. A borrower never waits for one."""

_FITTING: set[str] = set()
"""Statements that were explained already in this run, and made one task."""
_ON_CITUS: dict[str, bool] = {}


class Watched:
    """Each statement of the record plane, once, with the values that it first came with."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, Sequence[Any]]] = {}

    @property
    def names(self) -> set[str]:
        """The functions of the storage room that ran them."""
        return {name for name, _ in self._first.values()}

    @contextmanager
    def on(self, plane: RecordOnPostgres) -> Iterator[None]:
        """Watch every node of a plane."""
        engines = [node.engine.sync_engine for node in plane.nodes.all]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._look)
        try:
            yield
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", self._look)

    async def findings(self, url: str) -> list[str]:
        """The statements that are more than one task, as a node of the cluster explains them; none elsewhere."""
        found: list[str] = []
        if not await _is_on_citus(url):
            return found
        async with connected(url) as node:
            for sql, (name, values) in self._first.items():
                if sql in _FITTING or "record." not in sql or reference_tables_written(sql):
                    continue
                if finding := await _finding(node, name, sql, values):
                    found.append(f"{name}: {finding}: {shape(sql)}")
                else:
                    _FITTING.add(sql)
        return found

    def _look(self, _connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, executemany: bool) -> None:
        if sql not in self._first:
            self._first[sql] = issued_by(), values[0] if executemany else values


async def _is_on_citus(url: str) -> bool:
    """Asked once of each database."""
    if url not in _ON_CITUS:
        async with connected(url) as node:
            _ON_CITUS[url] = await node.fetchval("select exists (select from pg_extension where extname = 'citus')")
    return _ON_CITUS[url]


async def tasks_of(node: asyncpg.Connection[Any], sql: str, *values: Any) -> list[int]:
    """The tasks of a statement, and of each part that is run before it."""
    plan = json.loads(await node.fetchval(f"explain (format json, costs off) {sql}", *values))
    return list(_task_counts(plan))


async def _finding(node: asyncpg.Connection[Any], by: str, sql: str, values: Sequence[Any]) -> str | None:
    try:
        tasks = await tasks_of(node, sql, *values)
    except (asyncpg.UndefinedObjectError, asyncpg.FeatureNotSupportedError):
        # How EXPLAIN answers, given values, what Citus would pull to the connected node to send it back from there.
        return "its rows are pulled out of the shard"
    if (name := portal_statements().get(shape(sql))) is not None:
        districts = max((len(value) for value in values if isinstance(value, list)), default=1)
        return f"{name} is {tasks} tasks for {districts} districts" if max(tasks) > districts else None
    fits = set(tasks) == {1} if by in IN_PARTS else tasks == [1]
    return None if fits else f"it is {tasks} tasks"


def _task_counts(part: Any) -> Iterator[int]:
    if isinstance(part, list):
        for each in part:
            yield from _task_counts(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "Task Count":
                yield value
            else:
                yield from _task_counts(value)
