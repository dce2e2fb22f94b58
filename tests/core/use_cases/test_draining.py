"""Emptying the intake: one application that waits for locked rows holds up no other."""

from __future__ import annotations

from contextlib import suppress

import pytest

from core.errors import Conflict
from core.ports.engine import Engine
from core.ports.intake import IntakeRow, IntakeStatus
from core.ports.record import DistrictDown
from core.use_cases import draining
from core.use_cases.draining import LOCKED_MAX, drain_applications
from core.use_cases.taking import SCOPE, apply_for_loan, submit_taken
from tests.core.use_cases.faulty_record import while_down
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.test_taking import row_of, wanted
from tests.fixtures_postgres import MovableClock


async def drain(engine: Engine) -> int:
    return await drain_applications(engine, HOME, 50)


async def test_a_borrower_whose_row_is_locked_delays_only_themselves(
    lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many of them as a round tries, each a time-out: the next round begins with the others."""
    locked = [await wanted(lending, await lending.borrower()) for _ in range(LOCKED_MAX)]
    good = await wanted(lending, await lending.borrower())
    for command in (*locked, good):
        await apply_for_loan(while_down(lending.engine), command)
        clock.move(seconds=1)
    keys = {f"apply:{command.draft_id}" for command in locked}

    async def timing_out(engine: Engine, row: IntakeRow) -> object:
        if row.reference in keys:
            raise DistrictDown(row.district)
        return await submit_taken(engine, row)

    monkeypatch.setattr(draining, "submit_taken", timing_out)

    assert [await drain(lending.engine), await drain(lending.engine)] == [0, 1]

    assert (await row_of(lending, good)).status is IntakeStatus.DONE
    assert (await row_of(lending, locked[0])).status is IntakeStatus.WAITING
    monkeypatch.undo()
    assert await drain(lending.engine) == LOCKED_MAX


async def test_a_district_that_is_down_itself_counts_no_try(lending: Lending) -> None:
    commands = [await wanted(lending, await lending.borrower()) for _ in range(2)]
    for command in commands:
        await apply_for_loan(while_down(lending.engine), command)

    assert await drain(while_down(lending.engine)) == 0

    assert [(await row_of(lending, command)).attempts for command in commands] == [0, 0]


@pytest.mark.parametrize("error", [Conflict(), OverflowError()])
async def test_what_waited_out_a_long_outage_is_not_set_aside_for_its_first_failure(
    lending: Lending, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    command = await wanted(lending, await lending.borrower())
    await apply_for_loan(while_down(lending.engine), command)
    row = await row_of(lending, command)
    for _ in range(120):
        await lending.engine.channel.intake.mark(
            SCOPE, row.reference, IntakeStatus.WAITING, at=lending.engine.clock.now(), error=DistrictDown.code
        )

    async def failing(_engine: Engine, _row: IntakeRow) -> object:
        raise error

    monkeypatch.setattr(draining, "submit_taken", failing)
    for expected in (IntakeStatus.WAITING, IntakeStatus.SET_ASIDE):
        with suppress(ExceptionGroup):
            await drain(lending.engine)
        assert (await row_of(lending, command)).status is expected
