"""Keeping to the rate that a provider allows."""

from __future__ import annotations

import asyncio


class Pace:
    """Lets callers pass one by one, evenly, at most `per_second` of them a second."""

    def __init__(self, per_second: float) -> None:
        self._gap_seconds = 1 / per_second
        self._next_at = 0.0

    async def take(self) -> None:
        """Wait for the next free moment. First come, first served."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        mine = max(now, self._next_at)
        self._next_at = mine + self._gap_seconds
        if mine > now:
            await asyncio.sleep(mine - now)
