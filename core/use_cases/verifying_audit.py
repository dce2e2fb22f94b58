"""Proving the audit trail: the chain of seals is whole, and each entry is what it was when it was sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.ports.engine import Engine
from core.ports.work import AuditEntry, AuditSeal
from core.use_cases.sealing import BEGINNING, entry_digest, seal_digest

UNSEALED_AT_MOST: Final = timedelta(hours=1)
"""An entry that is older and has no seal says that no worker seals, or that the end of the chain was cut off."""
_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """Something in a trail that is not as it was sealed. `subject` is the entry's id, or the seal's number."""

    district: str
    mfi_id: UUID
    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a chain. Written down elsewhere, it shows later whether the end was cut off."""

    district: str
    mfi_id: UUID
    seals: int
    entries: int
    seal: str
    through_at: datetime


@dataclass(frozen=True, slots=True)
class AuditProof:
    """What was found, and where each chain ends."""

    findings: Sequence[AuditFinding]
    heads: Sequence[ChainHead]


async def verify_audit(engine: Engine, districts: Sequence[str]) -> AuditProof:
    """Check every lender's trail in these districts. Raises `DistrictDown`."""
    findings: list[AuditFinding] = []
    heads: list[ChainHead] = []
    for district in districts:
        for mfi_id in sorted((await engine.record.catalogue()).mfis):
            last, counted = None, 0
            async for seal, entries in _sealed(engine, district, mfi_id):
                findings += _check_seal(engine, last, seal)
                findings += _check_entries(engine, seal, entries)
                last, counted = seal, counted + len(seal.entries)
            findings += await _unsealed(engine, district, mfi_id, last)
            if last is not None:
                heads.append(ChainHead(district, mfi_id, last.n, counted, last.seal.hex(), last.through_at))
    return AuditProof(findings, heads)


async def _sealed(engine: Engine, district: str, mfi_id: UUID) -> AsyncIterator[tuple[AuditSeal, Sequence[AuditEntry]]]:
    """Each seal of a chain with the entries that are there of its time."""
    n = 0
    while True:
        async with engine.record.unit(district) as unit:
            seals = await unit.audit.seals(mfi_id, n, _CHUNK)
            chunk = [(seal, await unit.audit.between(mfi_id, seal.after_at, seal.through_at)) for seal in seals]
        if not chunk:
            return
        for each in chunk:
            yield each
        n = seals[-1].n


def _check_seal(engine: Engine, last: AuditSeal | None, seal: AuditSeal) -> Iterator[AuditFinding]:
    def finding(kind: str, detail: str) -> AuditFinding:
        return AuditFinding(seal.district, seal.mfi_id, kind, f"seal {seal.n}", detail)

    if seal_digest(engine.keyed_hash, seal) != seal.seal:
        yield finding("seal_changed", "it is not what was sealed")
    if seal.n != (last.n + 1 if last else 1):
        yield finding("seal_removed", "the one before it is missing")
    elif last is not None and (seal.previous, seal.after_at) != (last.seal, last.through_at):
        yield finding("chain_broken", "it does not follow the one before it")


def _check_entries(engine: Engine, seal: AuditSeal, entries: Sequence[AuditEntry]) -> Iterator[AuditFinding]:
    def finding(kind: str, subject: str, detail: str) -> AuditFinding:
        return AuditFinding(seal.district, seal.mfi_id, kind, subject, detail)

    standing = {str(entry.id): entry for entry in entries}
    for entry_id in sorted(seal.entries.keys() - standing.keys()):
        yield finding("entry_removed", entry_id, f"seal {seal.n} has it, and the trail has not, or at another time")
    for entry_id, entry in standing.items():
        sealed = seal.entries.get(entry_id)
        if sealed is None:
            yield finding("entry_inserted", entry_id, f"{entry.action} came after seal {seal.n} was put on its time")
        elif sealed != entry_digest(engine.keyed_hash, seal.district, entry):
            yield finding("entry_changed", entry_id, f"{entry.action} is not what was sealed")


async def _unsealed(engine: Engine, district: str, mfi_id: UUID, last: AuditSeal | None) -> list[AuditFinding]:
    """What should have a seal by now. One finding: the oldest names them all."""
    after = last.through_at if last else BEGINNING
    async with engine.record.unit(district) as unit:
        entries = await unit.audit.between(mfi_id, after, engine.clock.now() - UNSEALED_AT_MOST, 1)
    return [
        AuditFinding(district, mfi_id, "not_sealed", str(entry.id), f"since {entry.at.isoformat()} nothing is sealed")
        for entry in entries[:1]
    ]
