"""What is finished is removed when its time is over, and what moved money never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.money import Money
from core.ports.engine import Engine
from core.ports.work import OutboxRow
from core.use_cases.purging import COMMANDS_KEPT, OUTBOX_KEPT, purge_finished
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_postgres import MovableClock

LONG_AFTER = timedelta(days=4_000)


async def finished_row(engine: Engine, topic: str, key: str, *, done: bool = True) -> None:
    row = OutboxRow(uuid4(), HOME, topic, "any", key, {}, engine.clock.now())
    async with engine.record.unit(HOME) as unit:
        await unit.outbox.add(row)
        if done:
            await unit.outbox.done(row.id, engine.clock.now())
        await unit.commit()


async def used_key(engine: Engine, key: str) -> None:
    async with engine.record.unit(HOME) as unit:
        await unit.commands.claim(key, b"digest")
        await unit.commands.complete(key, {})
        await unit.commit()


async def keys(url: str, table: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(f"select key from record.{table} where district = $1", HOME)  # noqa: S608 - ours
    await connection.close()
    return {row["key"] for row in rows}


@pytest.mark.parametrize(("topic", "kept"), OUTBOX_KEPT.items())
async def test_a_finished_row_goes_when_its_time_is_over_and_not_before(
    engine: Engine, lending: Lending, clock: MovableClock, database_url: str, topic: str, kept: timedelta
) -> None:
    await finished_row(engine, topic, "finished")
    await finished_row(engine, topic, "waiting", done=False)

    clock.at += kept
    assert await purge_finished(engine, HOME) == 0
    clock.move(seconds=1)
    assert await purge_finished(engine, HOME) == 1

    assert "waiting" in await keys(database_url, "outbox")


@pytest.mark.parametrize(("prefix", "kept"), COMMANDS_KEPT.items())
async def test_a_key_is_forgotten_when_nothing_can_come_under_it(
    engine: Engine, lending: Lending, clock: MovableClock, database_url: str, prefix: str, kept: timedelta
) -> None:
    await used_key(engine, f"{prefix}7")
    await used_key(engine, f"other:{prefix}7")

    clock.at += kept
    assert await purge_finished(engine, HOME) == 0
    clock.move(seconds=1)
    assert await purge_finished(engine, HOME) == 1

    assert f"other:{prefix}7" in await keys(database_url, "commands")


async def test_keys_and_rows_of_money_are_kept_for_ever(
    engine: Engine, lending: Lending, clock: MovableClock, database_url: str
) -> None:
    """A loan that was paid out and is being paid back: whatever a rail says again, years later, is known."""
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of(300), reference="P1", account=str(loan.reference))
    money: dict[str, Any] = {
        table: {key for key in await keys(database_url, table) if key.startswith(("payout:", "payment:", "repayment:"))}
        for table in ("outbox", "commands")
    }

    clock.at += LONG_AFTER
    while await purge_finished(engine, HOME):
        pass

    left = await keys(database_url, "commands")
    assert money["commands"]
    assert money["outbox"]
    assert money["commands"] <= left
    assert money["outbox"] <= await keys(database_url, "outbox")
    assert not {key for key in left if key.startswith(tuple(COMMANDS_KEPT))}


async def test_a_purge_takes_a_batch_at_a_time(
    engine: Engine, lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.use_cases.purging._BATCH", 2)
    for number in range(5):
        await finished_row(engine, "message", f"row {number}")
    clock.at += LONG_AFTER

    assert [await purge_finished(engine, HOME) for _ in range(4)] == [2, 2, 1, 0]
