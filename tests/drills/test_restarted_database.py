"""PostgreSQL with both planes killed under traffic and started again, as after a power cut."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded.processes import Postmaster
from tests.drills.drill import AWAY, HOME, Outcome, drilled, some_wishes
from tests.drills.ground import Ground

pytestmark = [pytest.mark.engine, pytest.mark.drills]

DOWN_SECONDS = 2.0


async def restart_at_once(server: EmbeddedPostgres) -> None:
    """End the server in "immediate" mode, in which nothing is finished or written, and recover it a moment later."""
    postmaster = Postmaster.of(server._directory.cluster)
    assert postmaster is not None
    postmaster.process.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(postmaster.process.wait, 30)
    await asyncio.sleep(DOWN_SECONDS)
    await asyncio.to_thread(server._revive)


async def test_what_was_acknowledged_stands_once_after_the_database_was_restarted(
    postgres_ground: Ground, drill_postgres: EmbeddedPostgres, tmp_path: Path, outcomes: list[Outcome]
) -> None:
    async with drilled(postgres_ground, tmp_path, some_wishes(7, HOME, AWAY)) as drill:
        await drill.until_answered(80)
        await restart_at_once(drill_postgres)
        await drill.until_answered(170)
        await restart_at_once(drill_postgres)
        await drill.until_done()

        outcomes.append(await drill.prove("PostgreSQL, both planes, twice"))
        assert not drill.product.killed, "the product outlives its database"
