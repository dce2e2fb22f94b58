"""The borrowers, a process of their own: `python -m tests.drills.borrowers PLAN RECORD`. Exit code 0: all are done."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp

from tests.drills.borrowers.life import Life
from tests.drills.borrowers.network import GATEWAY_SECONDS, Network
from tests.drills.borrowers.plan import Plan
from tests.drills.borrowers.record import Record


async def live(plan: Plan, record: Record) -> None:
    """All lives beside each other. Raises what one of them broke on."""
    timeout = aiohttp.ClientTimeout(total=GATEWAY_SECONDS)
    # Every request is a connection of its own: a kept one that a killed process had would look like its answer lost.
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http, asyncio.TaskGroup() as lives:
        network = Network(http, plan, record)
        for wish in plan.wishes:
            lives.create_task(Life(wish, plan, network).live())


if __name__ == "__main__":
    asyncio.run(live(Plan.read(Path(sys.argv[1])), Record(Path(sys.argv[2]))))
