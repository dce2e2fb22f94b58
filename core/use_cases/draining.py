"""Emptying the intake of applications once their district answers again: each exactly once, none holding up another.

An application that breaks the program is tried a few times and then set aside, for a person to look at.
"""

from __future__ import annotations

from typing import Final

from core.errors import Conflict, DomainError
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeRow, IntakeStatus
from core.ports.record import DistrictDown
from core.use_cases.applying import SubmissionOutcome
from core.use_cases.taking import submit_taken
from core.use_cases.trying import BROKE, mark, mark_failed

TRIES_MAX: Final = 5
"""How often an application may break the program before it is set aside."""

LOCKED_MAX: Final = 5
"""How many applications of one round may wait for their own borrower's locked rows: each costs a statement's time."""

_CLASHES_MAX: Final = 100
"""How often somebody else may have been first before it is no coincidence any more."""


async def drain_applications(engine: Engine, district: str, limit: int) -> int:
    """Submit what waits for a district; returns how many are through. One that fails does not stop the rest.

    While the district is down none is tried more than once a round, and that try is not counted. When it is up and only
    one borrower's rows are locked, that try counts, so that theirs comes after the others' in the next round. Raises
    `ChannelPlaneDown`; an `ExceptionGroup` at the end when a row broke the program itself: a defect to mend.
    """
    through = locked = 0
    defects: list[Exception] = []
    for row in await engine.channel.intake.waiting(district, limit, kind=IntakeKind.APPLICATION):
        try:
            through += await _drain(engine, row)
        except DistrictDown as error:
            if not await _answers(engine, district):
                break  # the next ones are of the same district
            await mark(engine, row, IntakeStatus.WAITING, error.code)
            locked += 1
            if locked == LOCKED_MAX:
                break
        except ChannelPlaneDown:
            raise  # the intake itself is down: the rest would fare no better
        except Exception as error:  # noqa: BLE001 -- told below; one application must never hold up everybody else's
            await mark_failed(engine, row, BROKE, TRIES_MAX)
            defects.append(error)
    if defects:
        raise ExceptionGroup("applications whose submission broke", defects)
    return through


async def _answers(engine: Engine, district: str) -> bool:
    """Whether a district answers a question that waits for nobody's lock."""
    try:
        async with engine.record.unit(district) as unit:
            await unit.business_date()
    except DistrictDown:
        return False
    return True


async def _drain(engine: Engine, row: IntakeRow) -> bool:
    try:
        submission = await submit_taken(engine, row)
    except (DistrictDown, ChannelPlaneDown):
        raise
    except Conflict as error:
        await mark_failed(engine, row, error.code, _CLASHES_MAX)
        return False
    except DomainError as error:
        await mark(engine, row, IntakeStatus.SET_ASIDE, error.code)
        return False
    if submission.outcome is SubmissionOutcome.REFUSED:
        await mark(engine, row, IntakeStatus.RETURNED, str(submission.reason))
    else:
        await mark(engine, row, IntakeStatus.DONE)
    return True
