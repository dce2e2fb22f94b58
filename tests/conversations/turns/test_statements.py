"""What a hop costs on PostgreSQL: one statement that reads, where it must read, and one that writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import asyncpg
import pytest

from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import load_texts
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.ports.environment import Sealer
from core.records.borrower import Channel
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections, ChannelPool
from tests.conversations.turns.world import Line

READ, WRITTEN = "read", "written"
# A save is a statement that returns one row: whether it stands.
BEGUN = ("2", "1", "Palesa", "Mokoena", "012345678901", "05101990")


class CountingPool(ChannelPool):
    """Counts the statements that are sent."""

    def __init__(self, connections: ChannelConnections) -> None:
        super().__init__(connections)
        self.sent: Counter[str] = Counter()

    async def row(self, query: str, *values: object) -> asyncpg.Record | None:
        self.sent[WRITTEN if "channel.turns set" in query or "insert into channel.turns" in query else READ] += 1
        return await super().row(query, *values)

    async def rows(self, query: str, *values: object) -> Sequence[asyncpg.Record]:
        self.sent[READ] += 1
        return await super().rows(query, *values)

    async def write(self, query: str, *values: object) -> int:
        self.sent[WRITTEN] += 1
        return await super().write(query, *values)


@pytest.fixture
async def pool(channel_plane: ChannelOnPostgres, shared_database: str) -> AsyncIterator[CountingPool]:
    """Beside the plane that empties the database for the test."""
    pool = CountingPool(ChannelConnections(shared_database, call_timeout_seconds=30, statement_timeout_seconds=30))
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def line(engine: Engine, pool: CountingPool, sealer: Sealer) -> Line:
    return Line(_runner(engine, pool, sealer))


def _runner(engine: Engine, pool: CountingPool, sealer: Sealer) -> TurnRunner:
    return TurnRunner(
        machine=BORROWER,
        engine=replace(engine, channel=ChannelOnPostgres(pool, sealer)),
        answers=BORROWER_ANSWERS,
        renderers={Channel.USSD: UssdRenderer(load_texts())},
        deadline_seconds=30,
    )


async def test_a_hop_that_goes_straight_on_is_one_statement_with_its_form(line: Line, pool: CountingPool) -> None:
    await line.dial()
    await line.type(BEGUN[0])
    pool.sent.clear()

    for answer in BEGUN[1:-1]:
        await line.type(answer)

    assert pool.sent == {WRITTEN: len(BEGUN) - 2}


async def test_a_hop_that_asks_reads_once_and_writes_once(line: Line, pool: CountingPool) -> None:
    await line.dial()
    assert pool.sent == {READ: 1, WRITTEN: 1}
    await line.type(*BEGUN[:-1])
    pool.sent.clear()

    # The districts are asked for: a read of the record plane.
    await line.type(BEGUN[-1])

    assert pool.sent == {READ: 1, WRITTEN: 1}


async def test_a_process_that_does_not_remember_reads_once_and_writes_once(
    line: Line, pool: CountingPool, engine: Engine, sealer: Sealer
) -> None:
    await line.dial()
    await line.type(*BEGUN[:2])
    pool.sent.clear()
    line.runner = _runner(engine, pool, sealer)

    await line.type(BEGUN[2])

    assert pool.sent == {READ: 1, WRITTEN: 1}


async def test_a_repeat_is_one_read(line: Line, pool: CountingPool) -> None:
    await line.dial()
    await line.type(*BEGUN[:3])
    pool.sent.clear()

    await line.send(line.transcript)

    assert pool.sent == {READ: 1}
