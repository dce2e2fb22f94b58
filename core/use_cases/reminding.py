"""Reminding borrowers before, on and after a due date: once for each instalment and occasion, in their own language.

Who does not want to be reminded is not; receipts and late fees are told to everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.ports.day_end import Page
from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.reminding import Reminding
from core.records.catalogue import Catalogue
from core.records.message import MessageKind
from core.use_cases.due_pages import each_page
from core.use_cases.payouts import DEFAULT_RAIL

OCCASIONS: Final = (
    (-3, MessageKind.REMINDER_BEFORE),
    (0, MessageKind.REMINDER_DUE),
    (1, MessageKind.REMINDER_LATE),
    (7, MessageKind.REMINDER_LATE),
)
"""Days after the due date (negative: before it), and what is said then."""


@dataclass(frozen=True, slots=True)
class ReminderCounts:
    """How many messages were queued that were not queued before."""

    district: str
    before: int
    due: int
    late: int


async def plan_reminders(engine: Engine, district: str, on: date) -> ReminderCounts:
    """Queue the reminders of one day, as things stand at 09:00 of it. Repeating it queues nothing twice."""
    lenders = _lenders(await engine.record.catalogue())
    counts: Counter[MessageKind] = Counter()
    for days_after, kind in OCCASIONS:
        counts[kind] += await _remind(engine, district, kind, lenders, due_on=on - timedelta(days=days_after), on=on)
    return ReminderCounts(
        district,
        before=counts[MessageKind.REMINDER_BEFORE],
        due=counts[MessageKind.REMINDER_DUE],
        late=counts[MessageKind.REMINDER_LATE],
    )


def _lenders(catalogue: Catalogue) -> list[Reminding]:
    """The lenders that can say where to pay; one that cannot reminds nobody."""
    return [
        Reminding(mfi.id, mfi.name, mfi.rail_accounts[DEFAULT_RAIL])
        for mfi in catalogue.mfis.values()
        if DEFAULT_RAIL in mfi.rail_accounts
    ]


async def _remind(
    engine: Engine, district: str, kind: MessageKind, lenders: Sequence[Reminding], *, due_on: date, on: date
) -> int:
    async def queue(unit: Unit, page: Page) -> int:
        return await unit.reminders.queue(page, kind, lenders, on=on, at=engine.clock.now())

    return sum(await each_page(engine, district, due_on, queue))
