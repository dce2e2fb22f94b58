from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.money import Money
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.loan import PayoutStatus
from core.use_cases import closing
from core.use_cases.closing import DayEndResult
from letsema.worker import payout_queries
from letsema.worker.clockwork import Clockwork
from letsema.worker.payout_queries import ask_about_payouts
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock

TODAY = date(2026, 11, 23)


def maseru(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=2)


@pytest.fixture
def clockwork(lending: Lending) -> Clockwork:
    return Clockwork(lending.engine, "this-worker")


async def test_yesterday_is_closed_ten_minutes_after_midnight_and_not_before(
    clockwork: Clockwork, lending: Lending, clock: MovableClock
) -> None:
    clock.at = maseru(TODAY + timedelta(days=1), 0, 9)
    assert await clockwork.close_yesterday(HOME) == 0
    assert await lending.today() == TODAY

    clock.at = maseru(TODAY + timedelta(days=1), 0, 10)
    assert await clockwork.close_yesterday(HOME) == 1
    assert await lending.today() == TODAY + timedelta(days=1)
    assert await clockwork.close_yesterday(HOME) == 0


async def test_missed_days_are_caught_up(clockwork: Clockwork, lending: Lending, clock: MovableClock) -> None:
    clock.at = maseru(TODAY + timedelta(days=4), 6)

    assert await clockwork.close_yesterday(HOME) == 4

    assert await lending.today() == TODAY + timedelta(days=4)


async def test_a_day_is_closed_by_one_worker_only(clockwork: Clockwork, lending: Lending, clock: MovableClock) -> None:
    clock.at = maseru(TODAY + timedelta(days=1), 1)
    others = [Clockwork(lending.engine, f"worker-{number}") for number in range(4)]

    closed = await asyncio.gather(*(worker.close_yesterday(HOME) for worker in (clockwork, *others)))

    assert sorted(closed) == [0, 0, 0, 0, 1]


async def test_a_close_that_a_worker_died_in_is_done_by_another_when_the_lease_ends(
    clockwork: Clockwork, lending: Lending, clock: MovableClock
) -> None:
    clock.at = maseru(TODAY + timedelta(days=1), 1)
    async with lending.engine.record.unit(HOME) as unit:
        assert await unit.jobs.begin("day_end", TODAY, holder="dead", now=clock.now(), lease_seconds=600)
        await unit.commit()

    assert await clockwork.close_yesterday(HOME) == 0
    clock.move(seconds=601)
    assert await clockwork.close_yesterday(HOME) == 1


async def test_reminders_go_out_at_eight_once_a_day(
    clockwork: Clockwork, lending: Lending, clock: MovableClock
) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, instalments = await lending.books(loan)
    day = instalments[0].due_on - timedelta(days=3)
    await lending.close(day - timedelta(days=1))

    clock.at = maseru(day, 7, 59)
    assert await clockwork.remind(HOME) == 0
    clock.at = maseru(day, 8)
    assert await clockwork.remind(HOME) == 1
    assert await clockwork.remind(HOME) == 0


async def test_nobody_is_reminded_before_yesterday_is_closed(clockwork: Clockwork, clock: MovableClock) -> None:
    clock.at = maseru(TODAY + timedelta(days=1), 9)

    assert await clockwork.remind(HOME) == 0


async def test_a_silent_payout_is_asked_about_and_settled_by_the_rails_word(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    loan = await lending.active_loan(await lending.borrower())
    rail.answer = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL7")

    await ask_about_payouts(lending.engine, HOME)
    assert rail.queried == []

    clock.move(seconds=60)
    await ask_about_payouts(lending.engine, HOME)

    assert len(rail.queried) == 1
    async with lending.engine.record.unit(HOME) as unit:
        (payout,) = await unit.disbursements.of_loan(loan.id)
    assert (payout.status, payout.rail_reference) == (PayoutStatus.CONFIRMED, "RAIL7")


async def test_payouts_that_nobody_answers_for_do_not_keep_others_from_being_asked_about(
    lending: Lending, rail: ObedientRail, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payout_queries, "_BATCH", 1)
    rail.answer = PayoutResult(PayoutAnswer.UNKNOWN, failure_code="not_found")
    for _ in range(3):
        await lending.active_loan(await lending.borrower())
        clock.move(seconds=60)

    await ask_about_payouts(lending.engine, HOME)

    assert rail.queried == [reference for reference, _, _ in rail.asked]


async def test_a_payout_of_a_rail_that_is_gone_is_left_for_a_person(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    rail.answer = PayoutResult(PayoutAnswer.UNKNOWN, failure_code="timeout")
    loan = await lending.active_loan(await lending.borrower())
    clock.move(seconds=60)

    await ask_about_payouts(replace(lending.engine, rails={}), HOME)

    async with lending.engine.record.unit(HOME) as unit:
        (payout,) = await unit.disbursements.of_loan(loan.id)
    assert payout.status is PayoutStatus.UNKNOWN
    assert payout.amount > Money(0)


async def test_a_catch_up_renews_its_lease_with_every_day(
    clockwork: Clockwork, lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each day takes eight minutes here: longer than the lease altogether, and nobody else may begin."""
    clock.at = maseru(TODAY + timedelta(days=4), 1)
    other = Clockwork(lending.engine, "other-worker")
    begun: list[int] = []

    async def slow_day(engine: Engine, district: str, result: DayEndResult) -> bool:
        clock.move(minutes=8)
        begun.append(await other.close_yesterday(HOME))
        return await move_date(engine, district, result)

    move_date = closing._move_date
    monkeypatch.setattr(closing, "_move_date", slow_day)

    assert await clockwork.close_yesterday(HOME) == 4
    assert begun == [0, 0, 0, 0]


async def test_a_worker_whose_lease_was_taken_leaves_the_rest_to_the_other(
    clockwork: Clockwork, lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at = maseru(TODAY + timedelta(days=4), 1)
    other = Clockwork(lending.engine, "other-worker")
    days: list[int] = []

    async def slowest_day(engine: Engine, district: str, result: DayEndResult) -> bool:
        with monkeypatch.context() as patched:
            patched.setattr(closing, "_move_date", move_date)
            clock.move(minutes=11)
            days.append(await other.close_yesterday(HOME))
        return await move_date(engine, district, result)

    move_date = closing._move_date
    monkeypatch.setattr(closing, "_move_date", slowest_day)

    assert await clockwork.close_yesterday(HOME) == 0
    assert days == [4]
    assert await lending.today() == TODAY + timedelta(days=4)


async def test_a_worker_that_lost_its_lease_stops_after_its_day_and_the_run_is_not_called_finished(
    clockwork: Clockwork, lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at = maseru(TODAY + timedelta(days=4), 1)

    async def robbed(engine: Engine, district: str, result: DayEndResult) -> bool:
        clock.move(minutes=11)
        async with engine.record.unit(HOME) as unit:
            through = TODAY + timedelta(days=3)
            assert await unit.jobs.begin("day_end", through, holder="thief", now=clock.now(), lease_seconds=600)
            await unit.commit()
        return await move_date(engine, district, result)

    move_date = closing._move_date
    with monkeypatch.context() as patched:
        patched.setattr(closing, "_move_date", robbed)
        assert await clockwork.close_yesterday(HOME) == 0
    assert await lending.today() == TODAY + timedelta(days=1)

    clock.move(minutes=11)
    assert await clockwork.close_yesterday(HOME) == 3
