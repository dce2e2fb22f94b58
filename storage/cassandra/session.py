"""Running prepared statements from asyncio. Whatever leaves the outcome unknown becomes `ChannelPlaneDown`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from cassandra import OperationTimedOut
from cassandra.cluster import Session
from cassandra.query import BatchStatement, BatchType, PreparedStatement

from core.ports.channel import ChannelPlaneDown
from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.avoiding import Avoided
from storage.cassandra.connecting import (
    COMPARE_AND_SET,
    READ,
    SERIAL_READ,
    WRITE,
    ChannelClusterProblem,
    connected,
)
from storage.cassandra.faults import is_down

Row = dict[str, Any]

_APPLIED: Final = "[applied]"


@dataclass(frozen=True, slots=True)
class Query:
    """A statement that reads one partition. It may be sent to a second node while the first is slow."""

    cql: str


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that writes one row, the same however often it runs. Never of a table that has a `Condition`."""

    cql: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A statement that writes one row by a lightweight transaction: it takes place only if what it expects is so.

    Without an `if`, it is a further statement of a batch that has one.
    """

    cql: str


Statement = Query | Write | Condition


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a compare-and-set. Where it was not applied, `rows` are those that stood in its way."""

    applied: bool
    rows: Sequence[Row]

    @property
    def standing(self) -> Row | None:
        """The row that stood in the way; None when it was applied, or when there is no such row."""
        return self.rows[0] if self.rows and self.rows[0] else None


class ChannelSession:
    """A keyspace of a cluster, with every statement of the product prepared. `calls` counts what was sent, by kind."""

    def __init__(self, session: Session, prepared: dict[Statement, PreparedStatement], avoided: Avoided) -> None:
        self._session = session
        self._prepared = prepared
        self._avoided = avoided
        self.calls: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def opened(cls, address: CassandraAddress, statements: Iterable[Statement]) -> AsyncIterator[Self]:
        """Connected, until left. Raises `ChannelPlaneDown`."""
        avoided = Avoided()
        try:
            async with connected(address, avoided) as session:
                prepared = await asyncio.to_thread(_prepare, session, address.keyspace, statements)
                yield cls(session, prepared, avoided)
        except ChannelClusterProblem as error:
            raise ChannelPlaneDown(str(error)) from error

    async def rows(self, query: Query, *values: object, serial: bool = False) -> list[Row]:
        """All rows. serial: also settle what a compare-and-set of unknown fate has left half done, and see it."""
        bound = self._prepared[query].bind(values)
        return await self._run(bound, SERIAL_READ if serial else READ)

    async def row(self, query: Query, *values: object, serial: bool = False) -> Row | None:
        """The first row, or None."""
        rows = await self.rows(query, *values, serial=serial)
        return rows[0] if rows else None

    async def write(self, statement: Write, *values: object) -> None:
        """Write without a condition."""
        await self._run(self._prepared[statement].bind(values), WRITE)

    async def compare_and_set(self, *parts: tuple[Condition, Sequence[object]]) -> Outcome:
        """One lightweight transaction: all parts, of one partition, or none. Never repeated by itself."""
        bound = [self._prepared[statement].bind(values) for statement, values in parts]
        if len(bound) == 1:
            statement = bound[0]
        else:
            statement = BatchStatement(BatchType.UNLOGGED)
            for part in bound:
                statement.add(part)
        rows = await self._run(statement, COMPARE_AND_SET)
        return Outcome(all(row[_APPLIED] for row in rows), [_without_verdict(row) for row in rows])

    async def _run(self, statement: Any, profile: str) -> list[Row]:
        """The driver answers in a thread of its own, which hands the answer to this loop and never waits for it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Row] | None] = loop.create_future()
        self.calls[profile] += 1
        try:
            future = self._session.execute_async(statement, execution_profile=profile)
            future.add_callbacks(
                callback=lambda rows: _hand_over(loop, answer, rows, None),
                errback=lambda error: _hand_over(loop, answer, None, error),
            )
            return await answer or []
        except Exception as error:
            if isinstance(error, OperationTimedOut) and error.last_host is not None:
                self._avoided.add(error.last_host)
            if is_down(error):
                raise ChannelPlaneDown("the channel plane does not answer") from error
            raise


def _prepare(session: Session, keyspace: str, statements: Iterable[Statement]) -> dict[Statement, PreparedStatement]:
    """Blocking; at the start alone. Each statement carries its keyspace. Raises `ChannelPlaneDown`."""
    prepared = {}
    for statement in statements:
        try:
            made = session.prepare(statement.cql, keyspace=keyspace)
        except Exception as error:
            if is_down(error):
                raise ChannelPlaneDown("the channel plane does not answer") from error
            raise
        made.is_idempotent = isinstance(statement, Query)
        prepared[statement] = made
    return prepared


def _hand_over(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[list[Row] | None],
    rows: list[Row] | None,
    error: BaseException | None,
) -> None:
    """From the driver's thread. A loop that has ended in the meantime wants no answer any more."""
    try:
        loop.call_soon_threadsafe(_settle, answer, rows, error)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _settle(answer: asyncio.Future[list[Row] | None], rows: list[Row] | None, error: BaseException | None) -> None:
    """In the loop. Whoever waited may have been cancelled."""
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(rows)


def _without_verdict(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != _APPLIED}
