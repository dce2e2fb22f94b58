"""Keys of commands, the outbox, runs of jobs, the audit trail and business days."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.errors import Conflict, DomainError, NotFound
from core.ports.record import KeyReused, Record
from core.ports.work import AuditEntry, OutboxRow
from tests.storage.samples import DISTRICT, LATER, MFI, NOW, TODAY


def a_row(key: str = "k", **changes: Any) -> OutboxRow:
    row = OutboxRow(uuid4(), DISTRICT, "message", "disbursed", key, {"amount_minor": 100}, NOW)
    return replace(row, **changes)


async def test_a_new_key_is_taken_and_a_used_one_gives_its_outcome(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        assert await unit.commands.claim("apply:1", b"d") is None
        await unit.commands.complete("apply:1", {"reference": "1"})
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.commands.claim("apply:1", b"d") == {"reference": "1"}


async def test_a_key_whose_unit_was_left_is_free_again(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.commands.claim("apply:1", b"d")
        await unit.commands.complete("apply:1", {})

    async with record.unit(DISTRICT) as unit:
        assert await unit.commands.claim("apply:1", b"d") is None


async def test_a_key_with_other_content_is_refused(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.commands.claim("pay:1", b"d")
        await unit.commands.complete("pay:1", {})
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        with pytest.raises(KeyReused):
            await unit.commands.claim("pay:1", b"other")


async def test_of_two_at_once_one_acts_and_the_other_gets_its_outcome(record: Record) -> None:
    async def act(name: str) -> Mapping[str, Any] | None:
        async with record.unit(DISTRICT) as unit:
            outcome = await unit.commands.claim("apply:1", b"d")
            if outcome is None:
                await asyncio.sleep(0.05)
                await unit.commands.complete("apply:1", {"by": name})
                await unit.commit()
            return outcome

    outcomes = await asyncio.gather(act("first"), act("second"))

    assert sorted(outcome is None for outcome in outcomes) == [False, True]
    winner = "first" if outcomes[0] is None else "second"
    assert {"by": winner} in outcomes


async def test_when_the_first_of_two_fails_the_second_acts(record: Record) -> None:
    has_claimed = asyncio.Event()

    async def fail() -> None:
        async with record.unit(DISTRICT) as unit:
            await unit.commands.claim("apply:1", b"d")
            has_claimed.set()
            await asyncio.sleep(0.05)

    async def follow() -> Mapping[str, Any] | None:
        await has_claimed.wait()
        async with record.unit(DISTRICT) as unit:
            return await unit.commands.claim("apply:1", b"d")

    assert (await asyncio.gather(fail(), follow()))[1] is None


async def test_a_claimed_key_without_an_outcome_is_not_committed(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.commands.claim("apply:1", b"d")
        with pytest.raises(RuntimeError, match="apply:1"):
            await unit.commit()


async def test_an_outbox_key_is_added_once(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        assert await unit.outbox.add(a_row())
        assert not await unit.outbox.add(a_row())


async def test_a_claim_takes_what_is_due_and_counts_the_attempt(record: Record) -> None:
    due, later = a_row("due"), a_row("later", due_at=LATER)
    async with record.unit(DISTRICT) as unit:
        await unit.outbox.add(due)
        await unit.outbox.add(later)

        taken = await unit.outbox.claim(NOW, 10, lease_seconds=60)

        assert list(taken) == [replace(due, due_at=NOW + timedelta(seconds=60), attempts=1)]


async def test_a_row_whose_worker_died_is_taken_again_after_the_lease(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.outbox.add(a_row())
        await unit.outbox.claim(NOW, 10, lease_seconds=60)

        assert not await unit.outbox.claim(NOW + timedelta(seconds=59), 10, lease_seconds=60)
        assert [row.attempts for row in await unit.outbox.claim(NOW + timedelta(seconds=60), 10, 60)] == [2]


async def test_workers_at_once_never_take_the_same_row(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        for number in range(20):
            await unit.outbox.add(a_row(str(number)))
        await unit.commit()

    async def work() -> list[UUID]:
        async with record.unit(DISTRICT) as unit:
            taken = await unit.outbox.claim(NOW, 8, lease_seconds=60)
            await asyncio.sleep(0.05)
            await unit.commit()
            return [row.id for row in taken]

    taken = [row_id for rows in await asyncio.gather(work(), work(), work()) for row_id in rows]

    assert len(taken) == len(set(taken)) == 20


async def test_a_finished_row_is_never_taken_again(record: Record) -> None:
    done, given_up, retried = a_row("done"), a_row("given up"), a_row("retried")
    async with record.unit(DISTRICT) as unit:
        for row in (done, given_up, retried):
            await unit.outbox.add(row)
        await unit.outbox.done(done.id, NOW)
        await unit.outbox.give_up(given_up.id, NOW, "no such number")
        await unit.outbox.retry(retried.id, LATER, "provider down")
        await unit.outbox.retry(done.id, NOW, "a slower worker")

        taken = await unit.outbox.claim(LATER, 10, lease_seconds=60)

        assert [(row.id, row.last_error) for row in taken] == [(retried.id, "provider down")]


async def test_a_job_is_run_by_one_holder_a_day(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        begin = unit.jobs.begin
        assert await begin("day_end", TODAY, holder="a", now=NOW, lease_seconds=60)
        assert await begin("day_end", TODAY, holder="a", now=NOW, lease_seconds=60)
        assert not await begin("day_end", TODAY, holder="b", now=NOW, lease_seconds=60)
        assert await begin("remind", TODAY, holder="b", now=NOW, lease_seconds=60)
        assert await begin("day_end", TODAY, holder="b", now=NOW + timedelta(seconds=60), lease_seconds=60)


async def test_a_finished_job_is_not_run_again_that_day(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.jobs.begin("day_end", TODAY, holder="a", now=NOW, lease_seconds=60)
        await unit.jobs.finish("day_end", TODAY, at=NOW, counts={"loans": 3})

        assert not await unit.jobs.begin("day_end", TODAY, holder="a", now=NOW, lease_seconds=60)
        tomorrow = TODAY + timedelta(days=1)
        assert await unit.jobs.begin("day_end", tomorrow, holder="a", now=NOW, lease_seconds=60)


async def test_an_audit_line_is_added_once(record: Record) -> None:
    entry = AuditEntry(uuid4(), MFI, NOW, None, "system", "day_end", DISTRICT, {"loans": 1})
    async with record.unit(DISTRICT) as unit:
        await unit.audit.add(entry)
        with pytest.raises(Conflict):
            await unit.audit.add(entry)


async def test_a_district_has_no_date_before_it_is_opened_and_keeps_its_first(record: Record) -> None:
    async with record.unit("LS-B") as unit:
        with pytest.raises(NotFound):
            await unit.business_date()

    await record.open_district("LS-B", TODAY)
    await record.open_district("LS-B", TODAY + timedelta(days=9))

    async with record.unit("LS-B") as unit:
        assert await unit.business_date() == TODAY


async def test_a_district_that_does_not_exist_is_not_opened(record: Record) -> None:
    with pytest.raises(NotFound):
        await record.open_district("LS-Z", TODAY)


async def test_a_close_moves_the_date_to_the_next_day(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.close_business_date(TODAY, counts={"loans": 3}, at=NOW)
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY + timedelta(days=1)


async def test_only_the_open_day_is_closed(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
            with pytest.raises(Conflict):
                await unit.close_business_date(day, counts={}, at=NOW)


async def test_of_two_closes_at_once_one_moves_the_date(record: Record) -> None:
    async def close() -> None:
        async with record.unit(DISTRICT) as unit:
            await unit.close_business_date(TODAY, counts={}, at=NOW)
            await asyncio.sleep(0.05)
            await unit.commit()

    results = await asyncio.gather(close(), close(), return_exceptions=True)

    assert sorted(isinstance(result, DomainError) for result in results) == [False, True]
    async with record.unit(DISTRICT) as unit:
        assert await unit.business_date() == TODAY + timedelta(days=1)


async def test_who_waited_for_a_close_with_the_date_locked_reads_the_new_one(record: Record) -> None:
    has_closed = asyncio.Event()

    async def close() -> None:
        async with record.unit(DISTRICT) as unit:
            await unit.lock_business_date()
            await unit.close_business_date(TODAY, counts={}, at=NOW)
            has_closed.set()
            await asyncio.sleep(0.05)
            await unit.commit()

    async def post() -> object:
        await has_closed.wait()
        async with record.unit(DISTRICT) as unit:
            return await unit.lock_business_date()

    assert (await asyncio.gather(close(), post()))[1] == TODAY + timedelta(days=1)
