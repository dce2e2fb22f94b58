"""What the demo's staff do, by the use cases that the portal uses. Never the same person twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.ports.engine import Engine
from core.records.staff import Actor, Role
from core.references import Reference
from core.use_cases.deciding import (
    Approve,
    CheckIdentity,
    Recommend,
    Reject,
    approve,
    check_identity,
    recommend,
    reject,
)
from core.use_cases.overriding import may_override
from core.use_cases.releasing import ReleaseDisbursement, release_disbursement
from core.use_cases.reviewing import ApplicationFile, application_file
from letsema.demo.cast import Lender
from letsema.demo.lives import Stage, Story


@dataclass(frozen=True, slots=True)
class Deciding:
    """The staff's acts. `staff` has everybody by lender and role."""

    engine: Engine
    staff: Mapping[tuple[str, Role], Actor]

    def actor(self, lender: Lender, role: Role) -> Actor:
        """The member of a lender's staff with a role."""
        return self.staff[lender.code, role]

    async def decide(self, story: Story, reference: Reference) -> None:
        """Take an application as far as the story goes, up to the offer."""
        if story.stage >= Stage.RECOMMENDED:
            await self._recommend(story, reference)
        if story.stage is Stage.REJECTED:
            await self._reject(story, reference)
        elif story.stage >= Stage.OFFERED:
            await self._approve(story, reference)

    async def release(self, story: Story, loan: Reference) -> None:
        """Let the money of an accepted loan go."""
        cashier = self.actor(story.lender, Role.CASHIER)
        async with self.engine.record.unit(story.person.district) as unit:
            version = (await unit.loans.by_reference(loan)).version
        await release_disbursement(self.engine, cashier, ReleaseDisbursement(loan, version, f"demo:release:{loan}"))

    async def _recommend(self, story: Story, reference: Reference) -> None:
        officer = self.actor(story.lender, Role.LOAN_OFFICER)
        await check_identity(
            self.engine,
            officer,
            CheckIdentity(reference, "saw_national_id", "At the branch.", f"demo:identity:{reference}"),
        )
        seen = await self._file(officer, reference)
        key = f"demo:recommend:{reference}"
        command = Recommend(reference, story.amount, _note(seen), seen.application.version, key)
        await recommend(self.engine, officer, command)

    async def _approve(self, story: Story, reference: Reference) -> None:
        """The analyst, and the manager after them above limit 1; past a block the manager alone."""
        analyst, manager = self.actor(story.lender, Role.CREDIT_ANALYST), self.actor(story.lender, Role.MANAGER)
        seen = await self._file(analyst, reference)
        if not may_override(analyst, seen.assessment.findings):
            return await self._approve_as(manager, story, reference)
        await self._approve_as(analyst, story, reference)
        if story.amount > seen.mfi.approval_limit_1:
            await self._approve_as(manager, story, reference)
        return None

    async def _approve_as(self, actor: Actor, story: Story, reference: Reference) -> None:
        seen = await self._file(actor, reference)
        version, note = seen.application.version, _note(seen)
        key = f"demo:approve:{actor.role}:{reference}"
        await approve(self.engine, actor, Approve(reference, story.amount, story.periods, note, version, key))

    async def _reject(self, story: Story, reference: Reference) -> None:
        if story.rejected_for is None:
            raise ValueError("a rejection has a reason")
        analyst = self.actor(story.lender, Role.CREDIT_ANALYST)
        version = (await self._file(analyst, reference)).application.version
        await reject(
            self.engine, analyst, Reject(reference, story.rejected_for, "", version, f"demo:reject:{reference}")
        )

    async def _file(self, actor: Actor, reference: Reference) -> ApplicationFile:
        return await application_file(self.engine, actor, reference)


def _note(seen: ApplicationFile) -> str:
    """A check that fails takes a reason."""
    return "Known at the branch; the income was seen." if seen.assessment.findings else ""
