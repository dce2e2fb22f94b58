"""Waking whoever waits for work."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Bell:
    """Rings for all who wait at that moment; who comes later waits for the next ring, or for the time to pass."""

    def __init__(self) -> None:
        self._ring = asyncio.Event()

    def ring(self) -> None:
        self._ring.set()
        self._ring = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, and after so many seconds at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ring.wait()
