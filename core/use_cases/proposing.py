"""Changes to the books by two persons: one proposes with a reason, another carries it out or refuses it.

Whoever proposed it may take it back while nobody has decided it, above all when the books would no longer take it.

What can be proposed, and what carrying it out does, is in `core.use_cases.adjusting`. The effect, the answer and the
audit lines are one transaction in the subject's district.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from core.errors import Conflict
from core.ports.engine import Engine
from core.records.application import check_note
from core.records.proposal import Proposal, ProposalKind, ProposalStatus
from core.records.staff import Actor, Permission
from core.use_cases.adjusting import check_proposal, effect_of
from core.use_cases.auditing import audit
from core.use_cases.idempotency import earlier_outcome, form_key


class AlreadyDecided(Conflict):
    """Somebody has carried the proposal out or refused it."""

    code = "already_decided"


@dataclass(frozen=True, slots=True)
class Propose:
    """A change, what it is about, and why. `data` is what its kind takes: see `core.use_cases.adjusting`."""

    district: str
    kind: ProposalKind
    data: Mapping[str, Any]
    reason: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The second person's word on a proposal."""

    district: str
    proposal_id: UUID
    note: str
    key: str


async def propose(engine: Engine, actor: Actor, command: Propose) -> Proposal:
    """Put a change before a second person.

    Raises `NotAllowed`, `InvalidInput`, `NotFound`, the refusals of the change itself, and `Conflict` while the same is
    pending.
    """
    actor.require(Permission.ADJUSTMENT_PROPOSE)
    reason = check_note(command.reason, required=True)
    async with engine.record.unit(command.district) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, "propose", command)
        if earlier is not None:
            return await unit.proposals.get(UUID(earlier["id"]), mfi_id=actor.mfi_id)
        subject = await check_proposal(engine, unit, actor, command.kind, command.data)
        proposal = Proposal(
            id=engine.identifiers.new_id(),
            district=command.district,
            mfi_id=actor.mfi_id,
            kind=command.kind,
            subject=subject,
            data=dict(command.data),
            reason=reason,
            made_by=actor.staff_id,
            made_by_name=actor.name,
            made_at=engine.clock.now(),
            status=ProposalStatus.PENDING,
        )
        await unit.proposals.add(proposal)
        await audit(engine, unit, actor, f"{command.kind}.proposed", subject)
        await unit.commands.complete(key, {"id": str(proposal.id)})
        await unit.commit()
    return proposal


async def carry_out(engine: Engine, actor: Actor, command: Answer) -> Proposal:
    """Do what was proposed. Raises `MakerIsChecker`, `AlreadyDecided`, and whatever refuses the change by now."""
    return await _answer(engine, actor, command, ProposalStatus.CARRIED_OUT)


async def refuse(engine: Engine, actor: Actor, command: Answer) -> Proposal:
    """Turn a proposal down, with a reason. Raises `MakerIsChecker`, `AlreadyDecided`."""
    check_note(command.note, required=True)
    return await _answer(engine, actor, command, ProposalStatus.REFUSED)


async def withdraw(engine: Engine, actor: Actor, command: Answer) -> Proposal:
    """Take one's own proposal back. Raises `NotAllowed` (also for another's), `AlreadyDecided`."""
    return await _answer(engine, actor, command, ProposalStatus.WITHDRAWN)


async def _answer(engine: Engine, actor: Actor, command: Answer, status: ProposalStatus) -> Proposal:
    withdraws = status is ProposalStatus.WITHDRAWN
    actor.require(Permission.ADJUSTMENT_PROPOSE if withdraws else Permission.ADJUSTMENT_CARRY_OUT)
    note = check_note(command.note, required=False)
    (await engine.record.catalogue()).district(command.district)
    async with engine.record.unit(command.district) as unit:
        key = form_key(actor, command.key)
        earlier = await earlier_outcome(unit, key, status, command)
        proposal = await unit.proposals.get(command.proposal_id, mfi_id=actor.mfi_id, lock=True)
        if earlier is not None:
            return proposal
        if proposal.status is not ProposalStatus.PENDING:
            raise AlreadyDecided
        actor.check_second_person(proposal.made_by, withdraws=withdraws)
        if status is ProposalStatus.CARRIED_OUT:
            await effect_of(engine, unit, actor, proposal)
        decided = replace(
            proposal,
            status=status,
            decided_by=None if withdraws else actor.staff_id,
            decided_by_name=actor.name,
            decided_at=engine.clock.now(),
            decision_note=note,
        )
        await unit.proposals.save(decided)
        await audit(engine, unit, actor, f"{proposal.kind}.{status}", proposal.subject)
        await unit.commands.complete(key, {"id": str(proposal.id)})
        await unit.commit()
    return replace(decided, version=proposal.version + 1)
