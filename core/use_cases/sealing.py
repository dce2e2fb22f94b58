"""Sealing the audit trail: every lender's trail in a district is a chain of seals, each over what came since the last.

A seal holds a keyed digest of each entry and binds the seal before it, so nobody who has only the database can change,
remove or slip in an entry, or redo the chain. The acts themselves only insert a row; a worker seals them afterwards, so
no act waits for another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from core.ports.engine import Engine
from core.ports.environment import KeyedHash
from core.ports.work import AuditEntry, AuditSeal
from core.use_cases.idempotency import plain

SETTLED_AFTER: Final = timedelta(seconds=60)
"""An entry bears the time of its act and is there when its unit ends, ten seconds later at most; the rest of the minute
is for clocks that differ. After that no entry of that time can come any more: one that does was slipped in."""
QUIET_SEALED_AFTER: Final = timedelta(hours=1)
"""That nothing happened is sealed as well, else an entry could be slipped in after the last seal of a quiet day."""
_BATCH: Final = 500
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def seal_audit(engine: Engine, district: str) -> int:
    """Seal what is settled of every lender's trail in a district; how many entries. Safe beside other workers."""
    sealed = 0
    for mfi_id in sorted((await engine.record.catalogue()).mfis):
        sealed += await _seal_next(engine, district, mfi_id)
    return sealed


async def _seal_next(engine: Engine, district: str, mfi_id: UUID) -> int:
    now = engine.clock.now()
    async with engine.record.unit(district) as unit:
        last = await unit.audit.newest_seal(mfi_id)
        after = last.through_at if last else BEGINNING
        entries = await unit.audit.between(mfi_id, after, now - SETTLED_AFTER, _BATCH)
        if not entries and (last is None or now - last.sealed_at < QUIET_SEALED_AFTER):
            return 0
        through = entries[-1].at if len(entries) >= _BATCH else max(after, now - SETTLED_AFTER)
        seal = make_seal(engine.keyed_hash, district, mfi_id, last, through_at=through, entries=entries, sealed_at=now)
        if not await unit.audit.add_seal(seal):
            return 0
        await unit.commit()
    return len(entries)


def make_seal(
    keyed_hash: KeyedHash,
    district: str,
    mfi_id: UUID,
    last: AuditSeal | None,
    *,
    through_at: datetime,
    entries: Iterable[AuditEntry],
    sealed_at: datetime,
) -> AuditSeal:
    """The seal that follows another: of the entries after that one, up to and with `through_at`."""
    unsealed = AuditSeal(
        district=district,
        mfi_id=mfi_id,
        n=last.n + 1 if last else 1,
        after_at=last.through_at if last else BEGINNING,
        through_at=through_at,
        entries={str(entry.id): entry_digest(keyed_hash, district, entry) for entry in entries},
        previous=last.seal if last else b"",
        seal=b"",
        sealed_at=sealed_at,
    )
    return replace(unsealed, seal=seal_digest(keyed_hash, unsealed))


def entry_digest(keyed_hash: KeyedHash, district: str, entry: AuditEntry) -> str:
    """The digest of everything that an entry says, and of where it stands."""
    return keyed_hash.digest("audit-entry", _canonical([district, entry])).hex()


def seal_digest(keyed_hash: KeyedHash, seal: AuditSeal) -> bytes:
    """The digest of everything in a seal but itself."""
    return keyed_hash.digest("audit-seal", _canonical(replace(seal, seal=b"")))


def _canonical(content: object) -> bytes:
    """One JSON text for one content: instants are in UTC as the database gives them back."""
    return json.dumps(plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
