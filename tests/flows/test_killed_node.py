"""A district's node that is really killed while borrowers apply, with the channel plane on a server of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.ports.environment import KeyedHash, Sealer
from core.use_cases.callers import registered
from core.use_cases.draining import drain_applications
from storage.embedded import EmbeddedPostgres
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.core.use_cases.lending import HOME, PIN, Lending
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
TO_PIN = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1", "98", "98", "1")
TO_PIN_WHILE_DOWN = ("1", "1", "1", "1500", "2", "2", "1", "6000", "98", "98", "1")
_PATIENCE = 30.0
"""Time-outs that a busy machine does not meet: a server that is dead refuses at once."""


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """The record plane's own server."""
    server = await EmbeddedPostgres.start(tmp_path / "node")
    await server.ensure_database()
    await upgrade(Plane.RECORD, server.url())
    yield server
    await server.stop()


@pytest.fixture
def patience() -> float:
    """Seconds until the node is given up."""
    return _PATIENCE


@pytest.fixture
async def record_plane(
    node: EmbeddedPostgres, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock, patience: float
) -> AsyncIterator[RecordOnPostgres]:
    """Instead of the one on the shared server, for all that is made from it: engine, runner, callers."""
    connections = RecordConnections(node.url(), connect_timeout_seconds=patience, statement_timeout_seconds=patience)
    async with RecordOnPostgres.opened(connections, sealer, keyed_hash, clock) as plane:
        yield plane


async def kill(node: EmbeddedPostgres, directory: Path) -> None:
    """SIGKILL, as a machine that loses its power; its sessions end by themselves a moment later."""
    os.kill(_postmaster_pid(directory), signal.SIGKILL)
    await asyncio.to_thread(node._reap)


def _postmaster_pid(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])


@contextmanager
def frozen(directory: Path) -> Iterator[None]:
    """SIGSTOP to the node's every process: its sockets stay open, and nothing answers."""
    postmaster = psutil.Process(_postmaster_pid(directory))
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def drained(engine: Engine, wanted: int) -> int:
    """Rounds of the worker until so many are through; a node that was out is not tried again at once."""
    through = 0
    async with asyncio.timeout(_PATIENCE):
        while through < wanted:
            through += await drain_applications(engine, HOME, 10)
            await asyncio.sleep(0.1)
    return through


async def test_applications_are_taken_while_the_node_is_dead_and_submitted_once_when_it_is_back(
    known: Known, lending: Lending, engine: Engine, node: EmbeddedPostgres, tmp_path: Path
) -> None:
    at_pin, from_the_start = await known(), await known()
    await at_pin.dials()
    await at_pin.types(*TO_PIN)

    await kill(node, tmp_path / "node")
    await at_pin.types(PIN)
    await from_the_start.dials()
    await from_the_start.types(*TO_PIN_WHILE_DOWN, PIN)
    for caller in (at_pin, from_the_start):
        told = caller.shows("apply.taken").says("An SMS follows").reply.text
        assert (await caller.repeats()).reply.text == told
        await caller.dials()
        await caller.types("1")
        caller.shows("apply.being_sent").ends()
    assert await drain_applications(engine, HOME, 10) == 0
    assert (await engine.channel.intake.backlog(HOME, 10)).waiting == 2

    await asyncio.to_thread(node._revive)
    assert await drained(engine, 2) == 2

    for caller in (at_pin, from_the_start):
        entry = await registered(engine, caller.number)
        async with engine.record.unit(HOME) as unit:
            (application,) = await unit.applications.of_borrower(entry.borrower_id)
        shown = [reply.text for _, reply in caller.pages if reply.screen == "apply.taken"]
        assert all(application.reference.spaced in page for page in shown)
        await caller.dials()
        await caller.types("3")
        caller.shows("application.waiting").says(application.reference.spaced)
    assert len(await lending.messages("application_received")) == 2
    assert (await engine.channel.intake.backlog(HOME, 10)).waiting == 0


@pytest.mark.parametrize("patience", [1.5, 5.0], ids=["given up in time", "given up too late for the hop"])
async def test_a_node_that_hangs_keeps_no_borrower_waiting_and_loses_no_application(
    known: Known, lending: Lending, engine: Engine, runner: TurnRunner, tmp_path: Path
) -> None:
    """It takes the bytes and never answers: the time that a hop has is up before anybody knows what became of it."""
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    loop = asyncio.get_running_loop()
    around = runner._around
    hurried = TurnRunner(
        machine=around.machine, engine=engine, answers=around.answers, renderers=dict(around.renderers)
    )
    caller.runner = hurried

    with frozen(tmp_path / "node"):
        begun_at = loop.time()
        await caller.types(PIN)
        answered_in = loop.time() - begun_at
        told = caller.says("An SMS follows").ends().reply.text
        assert (await caller.repeats()).reply.text == told
        assert await hurried.drain(_PATIENCE), "what outlived its answer comes to an end"

    assert answered_in < 4
    await drained(engine, 1)
    entry = await registered(engine, caller.number)
    async with engine.record.unit(HOME) as unit:
        assert len(await unit.applications.of_borrower(entry.borrower_id)) == 1
    assert len(await lending.messages("application_received")) == 1
    for kind in ("command_done", "command_refused"):
        assert await lending.messages(kind) == [], "one SMS follows, not two"
