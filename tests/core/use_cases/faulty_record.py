"""The record plane of a district that cannot be reached, and one whose answers are lost after the commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from core.ports.engine import Engine
from core.ports.record import DistrictDown, Record, Unit


def while_down(engine: Engine) -> Engine:
    """The engine while no district's node answers; the reference data is known from before."""
    return replace(engine, record=_Down(engine.record))  # type: ignore[arg-type]


def losing_answers(engine: Engine) -> Engine:
    """The engine when everything is committed and nobody hears of it."""
    return replace(engine, record=_Losing(engine.record))  # type: ignore[arg-type]


class _Down:
    def __init__(self, real: Record) -> None:
        self._real = real

    def unit(self, district: str) -> AbstractAsyncContextManager[Unit]:
        raise DistrictDown(district)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


class _Losing(_Down):
    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Unit]:
        async with self._real.unit(district) as unit:
            commit = unit.commit

            async def commit_and_lose() -> None:
                await commit()
                raise DistrictDown(district)

            unit.commit = commit_and_lose  # type: ignore[method-assign]
            yield unit
