"""The log of look-ups: `core.ports.enquiries.Enquiries`. A month of a borrower is a partition."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.ports.enquiries import Enquiry
from core.ports.environment import Clock
from storage.cassandra.instants import month_of, months_back, to_instant, to_microseconds
from storage.cassandra.session import ChannelSession, Query, Row, Statement, Write

ENQUIRIES_KEPT: Final = timedelta(days=730)
"""As the table's own time to live says."""

_ADD: Final = Write(
    "insert into enquiries (borrower_id, month, at, mfi_id, purpose, staff_id) values (?, ?, ?, ?, ?, ?)"
)
_SINCE: Final = Query("""
    select borrower_id, at, mfi_id, staff_id, purpose from enquiries where borrower_id = ? and month = ? and at >= ?
""")

STATEMENTS: Final[tuple[Statement, ...]] = (_ADD, _SINCE)


class EnquiriesOnCassandra:
    """`core.ports.enquiries.Enquiries`."""

    def __init__(self, session: ChannelSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def add(self, enquiry: Enquiry) -> None:
        await self._session.write(
            _ADD,
            enquiry.borrower_id,
            month_of(enquiry.at),
            to_microseconds(enquiry.at),
            enquiry.mfi_id,
            enquiry.purpose,
            enquiry.staff_id,
        )

    async def since(self, borrower_id: UUID, since: datetime) -> Sequence[Enquiry]:
        now = self._clock.now()
        oldest = max(since, now - ENQUIRIES_KEPT)
        # An enquiry may be of a moment after our clock's: another process's is a little ahead.
        months = [*months_back(now + timedelta(days=1), oldest)]
        reads = (self._session.rows(_SINCE, borrower_id, month, to_microseconds(since)) for month in months)
        rows = [row for part in await asyncio.gather(*reads) for row in part]
        return sorted(map(_enquiry, rows), key=lambda enquiry: (enquiry.at, enquiry.mfi_id))


def _enquiry(row: Row) -> Enquiry:
    return Enquiry(**row | {"at": to_instant(row["at"])})
