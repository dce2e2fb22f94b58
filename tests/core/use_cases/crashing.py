"""A process that is killed between two steps: the engine's planes, which die after so many of their writes.

What a killed process would not run does not run: `Killed` is no `Exception`, so nothing here tidies up behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from core.ports.engine import Engine

WRITES: Final = frozenset(
    {
        *("reserve_phone", "save_phone", "remove_phone"),
        *("reserve_identity", "activate_identity", "remove_identity"),
        *("save_link", "commit"),
    }
)


ON_EACH: Final = pytest.mark.parametrize("on_each", ["postgres", "cassandra"], indirect=True)
"""For a test that is about the directory: it runs on each engine that has one."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fuse:
    """How many writes there still are before the end; `burnt` counts those that were."""

    left: int
    burnt: int = 0

    def burn(self) -> None:
        self.burnt += 1
        self.left -= 1
        if self.left < 0:
            raise Killed


def dying_after(engine: Engine, writes: int) -> tuple[Engine, Fuse]:
    """The engine in a process that is killed right before its next write after so many; and the count of them."""
    fuse = Fuse(writes)
    channel: Any = Fused(engine.channel, fuse)
    record: Any = FusedRecord(engine.record, fuse)
    return replace(engine, channel=channel, record=record), fuse


class Fused:
    """A port whose writes burn the fuse; its parts are ports like it."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real = real
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if name in WRITES:
            return self._burning(value)
        return Fused(value, self._fuse) if name in {"directory", "chats"} else value

    def _burning(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def burn(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn()
            return await write(*arguments, **named)

        return burn


class FusedRecord:
    """The record plane, whose commits burn the fuse."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real = real
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Any]:
        async with self._real.unit(district) as unit:
            yield FusedUnit(unit, self._fuse)


class FusedUnit(Fused):
    """A unit; what it is told stays on it."""
