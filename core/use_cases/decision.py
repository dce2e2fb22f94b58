"""An application opened for a decision: locked, of the actor's own MFI, at the version that its maker saw."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Application
from core.records.borrower import Borrower
from core.records.catalogue import Catalogue, Mfi, ProductVersion
from core.records.message import MessageKind
from core.records.staff import Actor, MakerIsChecker
from core.records.transition import by_staff, step_between
from core.references import Reference
from core.use_cases.assessing import Assessment, assess, keep_score
from core.use_cases.auditing import audit
from core.use_cases.idempotency import earlier_outcome, form_key
from core.use_cases.locating import district_of
from core.use_cases.telling import tell_of_application


class Decision(Protocol):
    """What every decision names: which application, the version seen, and a one-use key."""

    @property
    def reference(self) -> Reference: ...
    @property
    def seen_version(self) -> int: ...
    @property
    def key(self) -> str: ...


@dataclass
class OpenApplication:
    """The application under decision and all that a decision reads. `repeated`: this key has acted already."""

    engine: Engine
    unit: Unit
    actor: Actor
    key: str
    application: Application
    borrower: Borrower
    catalogue: Catalogue
    business_on: date
    repeated: bool

    @property
    def mfi(self) -> Mfi:
        """The lender."""
        return self.catalogue.mfi(self.application.mfi_id)

    @property
    def product(self) -> ProductVersion:
        """The product in the version that was applied for."""
        return self.catalogue.product(self.application.product_id, self.application.product_version)

    def check_other_person(self) -> None:
        """Raise `MakerIsChecker` for whoever recommended it or approved it first."""
        if self.actor.staff_id in (self.application.recommended_by, self.application.first_approved_by):
            raise MakerIsChecker

    async def assess(self, application: Application | None = None) -> Assessment:
        """The advice as it stands now, on what was asked for or on what is given here."""
        return await assess(self.engine, self.unit, application or self.application, self.borrower, self.business_on)

    async def keep(self, assessment: Assessment) -> None:
        """Keep the advice with the step that this decision is about to take."""
        await keep_score(
            self.engine,
            self.unit,
            self.application,
            assessment,
            self.business_on,
            transition_n=self.application.version + 1,
        )

    async def tell_borrower(self, kind: MessageKind, **figures: object) -> None:
        """Queue a message about this decision, once for this key."""
        key = f"{kind}:{self.application.id}:{self.key}"
        await tell_of_application(self.engine, self.unit, kind, self.application, key=key, **figures)

    async def conclude(self, changed: Application, reason_code: str, note: str) -> Application:
        """Keep the new state, its transition, the audit line and the key; returns what is stored."""
        before = self.application
        before.check_transition(changed.status)
        await self.unit.applications.save(replace(changed, version=before.version))
        await self.unit.applications.add_transition(
            step_between(
                before,
                changed,
                by_staff(self.actor),
                reason_code,
                at=self.engine.clock.now(),
                business_on=self.business_on,
                note=note,
            )
        )
        await audit(
            self.engine, self.unit, self.actor, f"application.{changed.status}", before.reference, reason=reason_code
        )
        await self.unit.commands.complete(self.key, {"status": changed.status})
        return replace(changed, version=before.version + 1)


@asynccontextmanager
async def deciding(engine: Engine, actor: Actor, decision: Decision) -> AsyncIterator[OpenApplication]:
    """Open an application for one decision and commit when it was concluded without an error.

    Raises `NotFound` (also for another MFI's), `StaleDecision`, `DistrictDown`.
    """
    async with engine.record.unit(await district_of(engine, decision.reference)) as unit:
        key = form_key(actor, decision.key)
        earlier = await earlier_outcome(unit, key, type(decision).__name__, decision)
        application = await unit.applications.by_reference(decision.reference, mfi_id=actor.mfi_id, lock=True)
        if earlier is None:
            application.check_seen(decision.seen_version)
        yield OpenApplication(
            engine=engine,
            unit=unit,
            actor=actor,
            key=key,
            application=application,
            borrower=await unit.borrowers.get(application.borrower_id, lock=True),
            catalogue=await engine.record.catalogue(),
            business_on=await unit.business_date(),
            repeated=earlier is not None,
        )
        await unit.commit()
