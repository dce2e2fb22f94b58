"""Brings the stand-in's callbacks to the application: each is repeated, with growing pauses, until it is told 2xx.

An event loop's timers and a queue, no sleeping: a callback waits as a timer, a due one waits for one of a few senders.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp

_SENDERS: Final = 4
_WAITING_MAX: Final = 10_000
_ANSWER_SECONDS_MAX: Final = 10.0
_SUCCESS_CLASS: Final = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Callback:
    """One request that the application is owed."""

    url: str
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetryPauses:
    """How often a callback is tried, and how long it waits in between: doubling from the first pause to the longest."""

    attempts_max: int = 16
    first_seconds: float = 0.25
    longest_seconds: float = 30.0

    def after(self, attempts: int) -> float:
        """The pause after so many attempts, in seconds."""
        return min(self.longest_seconds, self.first_seconds * 2.0 ** (attempts - 1))


class Timers:
    """Actions that happen a little later, unless the server closes first."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Run the action once, in the event loop, after so many seconds."""

        def act() -> None:
            self._handles.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, act)
        self._handles.add(handle)

    def close(self) -> None:
        """Forget every action that has not happened."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()


class CallbackQueue:
    """The callbacks under way. `running()` is entered once, for as long as the server lives."""

    def __init__(self, timers: Timers, pauses: RetryPauses) -> None:
        self._timers = timers
        self._pauses = pauses
        self._due: asyncio.Queue[tuple[Callback, int]] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._idle.set()
        self.waiting = 0
        self.delivered = 0
        self.dropped = 0

    def send(self, callback: Callback, *, after_seconds: float = 0.0) -> None:
        """Owe a callback. One too many is dropped and counted: the stand-in must not grow without end."""
        if self.waiting >= _WAITING_MAX:
            self.dropped += 1
            return
        self.waiting += 1
        self._idle.clear()
        self._wait(callback, attempts=0, seconds=after_seconds)

    async def wait_until_idle(self) -> None:
        """Return when nothing is owed any more."""
        await self._idle.wait()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what falls due, until left."""
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS_MAX)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            senders = [asyncio.create_task(self._deliver(session)) for _ in range(_SENDERS)]
            try:
                yield
            finally:
                for sender in senders:
                    sender.cancel()
                await asyncio.gather(*senders, return_exceptions=True)

    def _wait(self, callback: Callback, *, attempts: int, seconds: float) -> None:
        self._timers.after(seconds, lambda: self._due.put_nowait((callback, attempts)))

    async def _deliver(self, session: aiohttp.ClientSession) -> None:
        while True:
            callback, attempts = await self._due.get()
            attempts += 1
            if await _was_accepted(session, callback):
                self.delivered += 1
                self._settle()
            elif attempts < self._pauses.attempts_max:
                self._wait(callback, attempts=attempts, seconds=self._pauses.after(attempts))
            else:
                self.dropped += 1
                logger.warning("gave up a callback after %d attempts", attempts)
                self._settle()

    def _settle(self) -> None:
        self.waiting -= 1
        if self.waiting == 0:
            self._idle.set()


async def _was_accepted(session: aiohttp.ClientSession, callback: Callback) -> bool:
    try:
        async with session.post(
            callback.url,
            data=callback.body,
            headers={**callback.headers, "Content-Type": callback.content_type},
            allow_redirects=False,
        ) as response:
            return response.status // 100 == _SUCCESS_CLASS
    except (aiohttp.ClientError, TimeoutError):
        return False
