"""A bound on how long a connection may keep anybody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Terminable(Protocol):
    """A connection that can be dropped at once, without a word to the server."""

    def terminate(self) -> None: ...


@contextmanager
def dropped_after(connection: Terminable, seconds: float) -> Iterator[None]:
    """Drop the connection unless the block ends in time; whoever waits on it then gets a connection error.

    A server that is stopped but not dead answers nothing, not even a cancel request, so a plain time-out around a
    transaction would itself wait for ever: measured at ten minutes on a cluster.
    """
    alarm = asyncio.get_running_loop().call_later(seconds, connection.terminate)
    try:
        yield
    finally:
        alarm.cancel()
