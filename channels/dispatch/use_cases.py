"""Rows of the outbox that a use case works on: it knows what to do, and is safe to repeat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from channels.dispatch.verdicts import Done, RowHandler, Verdict
from core.ports.engine import Engine
from core.ports.work import OutboxRow


def once(use_case: Callable[[Engine, OutboxRow], Awaitable[None]], engine: Engine) -> RowHandler:
    """A handler that is done when the use case returns; what it raises is tried again later."""

    async def work(row: OutboxRow) -> Verdict:
        await use_case(engine, row)
        return Done()

    return work
