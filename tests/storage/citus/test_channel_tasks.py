"""Every statement of the channel plane is one task on one node; only the worker's looks over all callers are more.

They are read from the modules, so that a new one is explained without being named here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

import storage.postgres.channel
from storage.postgres.citus.distributing import OWN_KEY_SHARDS
from tests.fixtures_citus import CitusDatabase
from tests.servers.citus.cluster import connected
from tests.storage.citus.tasks import tasks_of
from tests.storage.samples import NOW

pytestmark = [pytest.mark.engine, pytest.mark.citus]

OVER_ALL: Final = frozenset(
    {
        "chats._WAITING_CHATS",
        "conversation_statements.STALE_CLAIMS",
        "directory._RESERVED_IDENTITIES",
        "directory._RESERVED_PHONES",
        "intake._BACKLOG",
        "intake._SET_ASIDE",
        "intake._WAITING",
    }
)
"""What a worker or the portal asks of every shard, and no borrower waits for."""
IN_PARTS: Final = frozenset(
    f"conversation_statements.SAVE {key}" for key in ((True, True), (True, False), (False, True))
)
"""What inserts a turn or a draft and hangs together with the other: Citus runs each part as one task, one after the
other and in one transaction, all on the caller's own node."""
PURGES: Final = re.compile(r"chats\._PURGE|plane\._PURGES \d+")
"""Removals of a worker: the rows to go are looked for on every shard, then removed on every shard."""

SAMPLES: Final[dict[str, Any]] = {
    "bytea": b"k" * 32,
    "text": "1",
    "text[]": ["1"],
    "int4": 1,
    "int8": 1,
    "uuid": UUID(int=1),
    "jsonb": "{}",
    "bool": False,
    "timestamptz": NOW,
}


def declared() -> dict[str, str]:
    """The statements of the room, each by its first name: some are parts of others, or imported."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(storage.postgres.channel.__path__):
        values = vars(importlib.import_module(f"storage.postgres.channel.{module.name}"))
        for name, value in values.items():
            for part, sql in texts(value):
                if is_statement(sql):
                    found.setdefault(sql, f"{module.name}.{name}{part}")
    return {name: sql for sql, name in found.items()}


def texts(value: object) -> Iterator[tuple[str, str]]:
    """A constant's own text, or those within it, with what tells them apart."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from ((f" {key}", text) for _, text in texts(each))
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from ((f" {number}", text) for _, text in texts(each))


def is_statement(text: str) -> bool:
    return re.search(r"\b(from|into|update) channel\.\w+", text) is not None


STATEMENTS: Final = declared()


def test_the_statements_are_found() -> None:
    assert {"directory._PHONE", "conversation_statements.SAVE (False, True)", "chats._PURGE"} <= {*STATEMENTS}
    assert {*OVER_ALL} <= {*STATEMENTS}


@pytest.fixture
async def node(citus_database: CitusDatabase) -> Any:
    """A worker, because any node is a way."""
    async with connected(citus_database.cluster.workers[0].app_url(citus_database.name)) as connection:
        yield connection


async def samples(node: asyncpg.Connection[Any], sql: str) -> list[Any]:
    """A value for each parameter, of the type that the server takes it for."""
    return [SAMPLES[kind.name] for kind in (await node.prepare(sql)).get_parameters()]


async def test_each_is_one_task_but_those_that_look_over_all_callers(node: asyncpg.Connection[Any]) -> None:
    found = {name: await tasks_of(node, sql, *await samples(node, sql)) for name, sql in STATEMENTS.items()}

    assert {name: found.pop(name) for name in OVER_ALL} == {name: [OWN_KEY_SHARDS] for name in OVER_ALL}
    assert {name: {*found.pop(name)} for name in IN_PARTS} == {name: {1} for name in IN_PARTS}
    assert {name: tasks for name, tasks in found.items() if tasks != [1] and not PURGES.fullmatch(name)} == {}


async def test_a_statement_without_its_key_would_be_found(node: asyncpg.Connection[Any]) -> None:
    assert await tasks_of(node, "select caller from channel.turns where session = $1", "s1") == [OWN_KEY_SHARDS]
