"""The product's own processes killed with SIGKILL where it would hurt most, under traffic."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.drill import AWAY, HOME, Outcome, drilled, some_wishes
from tests.drills.ground import Ground

pytestmark = [pytest.mark.engine, pytest.mark.drills]

WHERE = {
    "the app, between command and save": ("before_finish:apply:2", "after_claim:accept:2"),
    "the app, between commit and answer": ("after_finish:apply:2", "after_kept:3"),
    "a worker, between mark, send and mark": ("after_sms:4", "before_payout:1", "after_payout:1"),
}


@pytest.mark.parametrize("killed", WHERE)
async def test_what_was_acknowledged_stands_once_after_a_process_was_killed(
    ground: Ground, tmp_path: Path, outcomes: list[Outcome], killed: str
) -> None:
    points = WHERE[killed]
    async with drilled(ground, tmp_path, some_wishes(7, HOME, AWAY), kills=points) as drill:
        await drill.until_killed(len(points))
        await drill.until_done()

        outcomes.append(await drill.prove(killed))
