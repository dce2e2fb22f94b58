"""Reminding borrowers before, on and after a due date: once for each instalment and occasion, in their own language.

Who does not want to be reminded is not; receipts and late fees are told to everybody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import InstalmentRow, Loan, overdue
from core.records.message import MessageKind
from core.use_cases.disbursing import DEFAULT_RAIL
from core.use_cases.messages import tell

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
    counts: Counter[MessageKind] = Counter()
    async with engine.record.unit(district) as unit:
        for days_after, kind in OCCASIONS:
            due_on = on - timedelta(days=days_after)
            for instalment in await unit.loans.due_between(due_on, due_on):
                counts[kind] += await _remind(engine, unit, kind, instalment, on)
        await unit.commit()
    return ReminderCounts(
        district,
        before=counts[MessageKind.REMINDER_BEFORE],
        due=counts[MessageKind.REMINDER_DUE],
        late=counts[MessageKind.REMINDER_LATE],
    )


async def _remind(engine: Engine, unit: Unit, kind: MessageKind, instalment: InstalmentRow, on: date) -> bool:
    loan = await unit.loans.get(instalment.loan_id)
    if not (await unit.borrowers.get(loan.borrower_id)).wants_reminders:
        return False
    figures = await _figures(engine, unit, loan, instalment, on, kind)
    return await tell(
        engine,
        unit,
        kind,
        loan.borrower_id,
        key=f"reminder:{loan.id}:{instalment.n}:{kind}:{on.isoformat()}",
        mfi_id=loan.mfi_id,
        **figures,
    )


async def _figures(
    engine: Engine, unit: Unit, loan: Loan, instalment: InstalmentRow, on: date, kind: MessageKind
) -> dict[str, object]:
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    figures: dict[str, object] = {
        "mfi_name": mfi.name,
        "loan_reference": loan.reference,
        "due_on": instalment.due_on,
        "amount_minor": instalment.outstanding,
        "rail_account": mfi.rail_accounts[DEFAULT_RAIL],
    }
    if kind is MessageKind.REMINDER_LATE:
        figures["days_late"] = (on - instalment.due_on).days
        figures["overdue_minor"] = overdue(await unit.loans.instalments(loan.id), on)
    return figures
