"""What a worker takes up by itself: what was reserved and left, and a change of number that stopped half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from channels.dispatch.outbox import OutboxWorker
from core.records.identity import ChangeStatus
from core.use_cases.changing_number import Answer, ProposeNumber, agree, change_file, propose_number
from core.use_cases.registration import register_borrower
from letsema.metrics import Metrics
from letsema.worker.bell import Bell
from letsema.worker.work import Worker
from tests.core.use_cases.crashing import Killed, dying_after
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_registration import command
from tests.fixtures_postgres import MovableClock

_PATIENCE_SECONDS = 30.0


async def until(worker: Worker, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Let a worker work until something is so."""
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run([HOME], stop))
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await is_so():
                await asyncio.sleep(0.05)
    finally:
        stop.set()
        await working


@pytest.fixture
def worker(lending: Lending) -> Worker:
    async def nothing() -> int:
        return 0

    async def no_claims(_limit: int) -> int:
        return 0

    return Worker(
        engine=lending.engine,
        outbox=OutboxWorker(lending.engine, {}),
        finish_claims=no_claims,
        purge=nothing,
        metrics=Metrics(),
        bell=Bell(),
        clockwork=None,
        poll_seconds=0.1,
    )


async def test_a_registration_that_was_killed_is_settled(lending: Lending, worker: Worker, clock: MovableClock) -> None:
    finished, given_up = command(lending), command(lending)
    for wanted, writes in ((finished, 3), (given_up, 2)):
        with pytest.raises(Killed):
            await register_borrower(dying_after(lending.engine, writes)[0], wanted)
    clock.move(minutes=11)
    directory, hash_of = lending.engine.channel.directory, lending.engine.keyed_hash.phone

    async def settled() -> bool:
        stands = await directory.phone(hash_of(finished.phone))
        return (
            stands is not None and stands.state == "active" and await directory.phone(hash_of(given_up.phone)) is None
        )

    await until(worker, settled)


async def test_a_change_of_number_that_was_killed_is_finished(
    lending: Lending, worker: Worker, clock: MovableClock
) -> None:
    old, new = new_phone(), new_phone()
    await lending.register(old, national_id="012345678901")
    wanted = ProposeNumber(old, "012345678901", new, "Lost the SIM.", key())
    change = await propose_number(lending.engine, lending.officer, wanted)
    with pytest.raises(Killed):
        await agree(dying_after(lending.engine, 2)[0], lending.manager, Answer(change.district, change.id, "", key()))
    clock.move(minutes=1)

    async def done() -> bool:
        file = await change_file(lending.engine, lending.manager, change.district, change.id)
        return file.change.status is ChangeStatus.DONE

    await until(worker, done)


async def test_a_proposal_that_nobody_decided_on_is_ended(
    lending: Lending, worker: Worker, clock: MovableClock
) -> None:
    old = new_phone()
    await lending.register(old, national_id="012345678901")
    wanted = ProposeNumber(old, "012345678901", new_phone(), "Lost the SIM.", key())
    change = await propose_number(lending.engine, lending.officer, wanted)
    clock.move(days=8)

    async def ended() -> bool:
        file = await change_file(lending.engine, lending.manager, change.district, change.id)
        return file.change.status is ChangeStatus.WITHDRAWN

    await until(worker, ended)
