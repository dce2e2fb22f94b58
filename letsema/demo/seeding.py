"""Living through the demo's history: more than four months, day by day, by the use cases that everybody else uses.

So its ledger, scores, messages and audit trail are as real as any; `letsema verify-ledger` proves the first.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from channels.dispatch.outbox import OutboxWorker
from channels.sms.africastalking import PROVIDER
from channels.transport import Sent
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.use_cases.closing import close_through
from core.use_cases.reminding import plan_reminders
from letsema.demo.borrowing import Borrowing, unpaid
from letsema.demo.cast import ALL_DISTRICTS, LENDERS, RAIL, Person
from letsema.demo.deciding import Deciding
from letsema.demo.founding import allot, employ_staff, found_lenders, fund
from letsema.demo.lives import ONLY_REGISTERED, STORIES, Stage, Story
from letsema.demo.neighbours import NEIGHBOURS
from letsema.demo.time_machine import TimeMachine
from letsema.installation import Installation

_UNMATCHED_DAYS_AGO: Final = 3
_UNMATCHED: Final = Money.of(350)
_EVERYBODYS: Final = (*NEIGHBOURS, *STORIES)


class PaysAtOnce:
    """The rail of the past: every payout was confirmed."""

    name = RAIL

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:  # noqa: ARG002 -- the port's
        return PayoutResult(PayoutAnswer.CONFIRMED, rail_reference=f"H{reference}")

    async def query(self, reference: str) -> PayoutResult:
        return PayoutResult(PayoutAnswer.CONFIRMED, rail_reference=f"H{reference}")


class ReachedEverybody:
    """The SMS provider of the past: every message was taken."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def send(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:  # noqa: ARG002 -- the port's
        return Sent(PROVIDER, f"history-{self._engine.identifiers.new_id()}", None, None)


@dataclass(frozen=True, slots=True)
class History:
    """One run through the days. `first_days`: from which business date on something happens in a district."""

    engine: Engine
    clock: TimeMachine
    outbox: OutboxWorker
    borrowing: Borrowing
    deciding: Deciding
    today: date
    first_days: Mapping[str, date]
    payments: defaultdict[date, list[tuple[Story, int]]] = field(default_factory=lambda: defaultdict(list))

    async def live(self) -> None:
        """Every day from the first to today; today stays open."""
        day = min(self.first_days.values())
        # What the head offices gave the districts is on its way: it has arrived before the first loan is paid out.
        await self._work_on_outbox(sorted(self.first_days))
        while day <= self.today:
            self.clock.go_to(day)
            lived = [district for district, first in self.first_days.items() if first <= day]
            begun = [story for story in _EVERYBODYS if story.applied_on(self.today) == day]
            if await self._live_through(day, begun, lived):
                await self._work_on_outbox(lived)
                await self._plan_payments(begun)
            if day < self.today:
                await asyncio.gather(*(close_through(self.engine, [district], day) for district in lived))
            day += timedelta(days=1)

    async def _live_through(self, day: date, begun: Sequence[Story], lived: Sequence[str]) -> bool:
        """What people do on a day; whether anything was done that leaves messages or payouts behind."""
        for story in begun:
            await self._begin(story)
        paying = self.payments.pop(day, [])
        for story, n in paying:
            await self._pay(story, n)
        if day == self.today - timedelta(days=_UNMATCHED_DAYS_AGO):
            await self._pay_without_a_name()
        if day == self.today:
            await self.borrowing.register(ONLY_REGISTERED)
        planned = await asyncio.gather(*(plan_reminders(self.engine, district, day) for district in lived))
        reminded = any(counts.before or counts.due or counts.late for counts in planned)
        return bool(begun or paying or reminded or day == self.today)

    async def _begin(self, story: Story) -> None:
        if story is _first_of(story.person):
            await self.borrowing.register(story.person)
        reference = await self.borrowing.apply(story)
        await self.deciding.decide(story, reference)
        if story.stage >= Stage.ACCEPTED:
            loan = await self.borrowing.accept(story.person)
            if story.stage is Stage.DISBURSED:
                await self.deciding.release(story, loan)

    async def _plan_payments(self, begun: Sequence[Story]) -> None:
        """The schedule stands once the money has arrived: now it is known on which days its borrower pays."""
        for story in begun:
            if story.paid and (view := await self.borrowing.loan_from(story.person, story.lender)):
                due = {row.n: row.due_on for row in view.instalments}
                for n, days_after in story.paid.items():
                    self.payments[due[n] + timedelta(days=days_after)].append((story, n))

    async def _pay(self, story: Story, n: int) -> None:
        view = await self.borrowing.loan_from(story.person, story.lender)
        row = unpaid(view, n) if view else None
        if view is None or row is None:
            raise RuntimeError(f"{story.person.given_names} has no instalment {n} to pay")
        await self.borrowing.pay(
            story.lender,
            row.outstanding,
            payer=story.person.phone,
            account=str(view.loan.reference),
            rail_reference=f"H{view.loan.reference}{n:02d}",
        )

    async def _pay_without_a_name(self) -> None:
        """Money that matches nothing, for the suspense page to have something on it."""
        for number, lender in enumerate(LENDERS):
            await self.borrowing.pay(
                lender, _UNMATCHED, payer=f"+2665899000{number}", account="", rail_reference=f"HUNMATCHED{number}"
            )

    async def _work_on_outbox(self, districts: Sequence[str]) -> None:
        for district in districts:
            while await self.outbox.work_on(district):
                pass  # what was sent may have caused more


async def seed(installation: Installation, clock: TimeMachine, today: date) -> None:
    """Fill an empty installation, whose clock is the time machine, with history up to today."""
    engine = replace(installation.engine, rails={RAIL: PaysAtOnce()})
    installation = replace(installation, engine=engine)
    first_days = _first_days(today)
    clock.go_to(min(first_days.values()))
    for district, first in first_days.items():
        await engine.record.open_district(district, first)
    mfis = await found_lenders(engine)
    staff = await employ_staff(engine, mfis)
    await fund(engine, mfis, staff)
    await allot(engine, mfis, staff)
    history = History(
        engine=engine,
        clock=clock,
        outbox=installation.outbox(ReachedEverybody(engine)),
        borrowing=Borrowing(engine),
        deciding=Deciding(engine, staff),
        today=today,
        first_days=first_days,
    )
    await history.live()


def _first_days(today: date) -> Mapping[str, date]:
    """A district opens with its first story, a head office with its lender's first: there the money is."""
    first_days = dict.fromkeys(sorted(ALL_DISTRICTS), today)
    for story in _EVERYBODYS:
        district = story.person.district
        first_days[district] = min(first_days[district], story.applied_on(today))
    for lender in LENDERS:
        own = [story.applied_on(today) for story in _EVERYBODYS if story.lender is lender]
        first_days[lender.head_office_district] = min(first_days[lender.head_office_district], *own)
    return first_days


def _first_of(person: Person) -> Story:
    return next(story for story in _EVERYBODYS if story.person is person)
