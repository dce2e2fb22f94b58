"""Reminding borrowers before, on and after a due date: once for each instalment and occasion, in their own language.

Who does not want to be reminded is not; receipts and late fees are told to everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.ports.day_end import Page
from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.reminding import Reminding
from core.records.catalogue import Catalogue
from core.records.message import MessageKind
from core.use_cases.due_pages import days_with_instalments, each_page
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
    occasions = [(on - timedelta(days=days_after), days_after, kind) for days_after, kind in OCCASIONS]
    due = await days_with_instalments(engine, district, (due_on for due_on, *_ in occasions))
    for due_on, days_after, kind in occasions:
        if due_on in due:
            queue = _queue(engine, kind, lenders, on, shortest_period_days(days_after))
            counts[kind] += sum(await each_page(engine, district, due_on, queue))
    return ReminderCounts(
        district,
        before=counts[MessageKind.REMINDER_BEFORE],
        due=counts[MessageKind.REMINDER_DUE],
        late=counts[MessageKind.REMINDER_LATE],
    )


def shortest_period_days(days_after: int) -> int:
    """How long a loan's period must be, in days, for an occasion: not before the last instalment, nor after the next.

    So who pays by the day reads of an instalment on its day, and of one that is late on the day after.
    """
    return 1 - days_after if days_after < 0 else max(days_after, 1)


def _lenders(catalogue: Catalogue) -> list[Reminding]:
    """The lenders that can say where to pay; one that cannot reminds nobody."""
    return [
        Reminding(mfi.id, mfi.name, mfi.rail_accounts[DEFAULT_RAIL])
        for mfi in catalogue.mfis.values()
        if DEFAULT_RAIL in mfi.rail_accounts
    ]


def _queue(
    engine: Engine, kind: MessageKind, lenders: Sequence[Reminding], on: date, period_days_min: int
) -> Callable[[Unit, Page], Awaitable[int]]:
    async def queue(unit: Unit, page: Page) -> int:
        return await unit.reminders.queue(
            page, kind, lenders, on=on, at=engine.clock.now(), period_days_min=period_days_min
        )

    return queue
