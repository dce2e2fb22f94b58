"""A process that closes the open day of a district and may be killed at it: `python -m tests.storage.closing_process`.

Arguments: the database's address, the district, the last day to close, how many instalments a page has, and the time
that it always is.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date, datetime
from typing import Any, cast

from core.ports.engine import Engine
from core.use_cases import due_pages
from core.use_cases.closing import close_through
from letsema.environment import SystemIdentifiers
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.fixtures_postgres import MovableClock


async def close(url: str, district: str, through: str, page: str, at: str) -> None:
    """Close with what a close needs, and nothing else: no channel, no rail."""
    sealer, names, clock = (
        AesGcmSealer({1: b"s" * 32}),
        KeyedNames(b"l" * 32, {1: b"t" * 32}),
        MovableClock(datetime.fromisoformat(at)),
    )
    connections = RecordConnections(url, statement_timeout_seconds=30, unit_timeout_seconds=60)
    setattr(due_pages, "PAGE_INSTALMENTS", int(page))  # noqa: B010 - a constant of the product
    async with RecordOnPostgres.opened(connections, sealer, names, clock) as record:
        nobody = cast("Any", None)
        engine = Engine(
            record=record,
            channel=nobody,
            clock=clock,
            identifiers=SystemIdentifiers(),
            keyed_hash=names,
            sealer=sealer,
            pin_hasher=nobody,
            password_hasher=nobody,
            rails={},
        )
        await close_through(engine, [district], date.fromisoformat(through))


if __name__ == "__main__":
    asyncio.run(close(*sys.argv[1:]))
