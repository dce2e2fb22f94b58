"""What a worker takes up by itself: what was reserved and left, and a change of number that stopped half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from channels.dispatch.outbox import OutboxWorker
from core.records.identity import ChangeStatus
from core.use_cases.deciding_change import Answer, agree, change_file
from core.use_cases.proposing_change import ProposeNumber, propose_number
from core.use_cases.registration import register_borrower
from letsema.metrics import Metrics
from letsema.worker.bell import Bell
from letsema.worker.rounds import Job
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
        first_rounds_max=5,
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


class Beginnings:
    """Jobs of which each lasts a moment: which were begun, in what order, and how many were under way at once."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.most = self._under_way = 0

    def jobs_of(self, district: str) -> Iterator[Job]:
        """In place of a worker's own."""
        for kind in ("outbox", "intake", "day_end"):
            yield Job(kind, partial(self._work, kind, district), every_seconds=3_600)

    async def _work(self, kind: str, district: str) -> int:
        self.begun.append((kind, district))
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        for _ in range(10):
            await asyncio.sleep(0)
        self._under_way -= 1
        return 0


async def test_a_worker_that_starts_begins_its_jobs_a_few_at_a_time_and_kind_by_kind(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once they would want more connections than there are, and the rest would be refused."""
    beginnings, districts = Beginnings(), [f"LS-{letter}" for letter in "ABCDEFGHJK"]
    monkeypatch.setattr(Worker, "_jobs_of", lambda _worker, district: beginnings.jobs_of(district))
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(districts, stop))
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while len(beginnings.begun) < 30:
            await asyncio.sleep(0)
    stop.set()
    await working

    assert beginnings.most == worker.first_rounds_max
    assert beginnings.begun == [(kind, district) for kind in ("outbox", "intake", "day_end") for district in districts]


async def test_one_job_that_takes_long_keeps_only_its_own_place(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The close of many missed days lasts minutes; what began after it is worked on again and again meanwhile."""
    closed, rounds, stop = asyncio.Event(), list[int](), asyncio.Event()

    async def close() -> int:
        await closed.wait()
        return 0

    async def send() -> int:
        rounds.append(1)
        if len(rounds) == 3:
            closed.set()
            stop.set()
        return 1

    def jobs(_worker: Worker, _district: str) -> Iterator[Job]:
        yield Job("day_end", close, 3_600)
        yield Job("outbox", send, 3_600)

    monkeypatch.setattr(Worker, "_jobs_of", jobs)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await replace(worker, first_rounds_max=4).run([HOME], stop)

    assert len(rounds) == 3
