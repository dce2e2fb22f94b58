"""Bringing the directory after the record: what was agreed to is done there, by whoever agreed or by the worker.

Every step is safe to repeat, and late ones find nothing of theirs: an entry is removed only if it is the very one that
the change gives up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.errors import DomainError
from core.phones import PhoneNumber
from core.ports.directory import IdentityEntry
from core.ports.engine import Engine
from core.records.identity import ChangeKind, ChangeStatus, IdentityChange
from core.use_cases.reserving import Reservation, activate
from core.use_cases.unlinking import cut_chat

LEFT_ALONE_FOR: Final = timedelta(seconds=10)
"""How long an agreed change is left to whoever agreed to it."""


async def follow_change(engine: Engine, district: str, change_id: UUID) -> IdentityChange:
    """Give the old entry up, cut both numbers' chats and forms, let the new one take effect.

    One that is done, or not agreed to, stays as it is. Raises `ChannelPlaneDown`, `DistrictDown`,
    `Conflict`: the worker tries again.
    """
    async with engine.record.unit(district) as unit:
        change = await unit.identity_changes.get(change_id)
    if change.status is not ChangeStatus.AGREED:
        return change
    old, new = await _entries(engine, change)
    # The old one first: for a moment nobody signs in, never two.
    if old is not None and old.draft_id == change.gives_up and old.borrower_id == change.borrower_id:
        if change.kind is ChangeKind.NUMBER:
            await _leave_nothing_on(engine, change.old)
        await _remove(engine, old)
    if new is not None and new.draft_id == change.reservation_id:
        if change.kind is ChangeKind.NUMBER and new.state == "reserved":
            # Linked by whoever had the SIM before; the borrower links their own as soon as the number is theirs.
            await _leave_nothing_on(engine, change.new)
        await activate(engine, new)
    return await _done(engine, change)


async def follow_changes(engine: Engine, district: str, limit: int) -> int:
    """Finish what was agreed to in a district and left half done; how many were.

    One that cannot be finished keeps no other waiting; the first refusal is raised after all were tried.
    """
    async with engine.record.unit(district) as unit:
        left = await unit.identity_changes.agreed(engine.clock.now() - LEFT_ALONE_FOR, limit)
    refusal: DomainError | None = None
    for change in left:
        try:
            await follow_change(engine, district, change.id)
        except DomainError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    return len(left)


async def _entries(engine: Engine, change: IdentityChange) -> tuple[Reservation | None, Reservation | None]:
    """What stands in the directory under the old and under the new one."""
    directory, keyed_hash = engine.channel.directory, engine.keyed_hash
    if change.kind is ChangeKind.NATIONAL_ID:
        return (
            await directory.identity(keyed_hash.national_id(change.old)),
            await directory.identity(keyed_hash.national_id(change.new)),
        )
    return (
        await directory.phone(keyed_hash.phone(PhoneNumber.parse(change.old))),
        await directory.phone(keyed_hash.phone(PhoneNumber.parse(change.new))),
    )


async def _leave_nothing_on(engine: Engine, number: str) -> None:
    """Nothing that was linked to a number or typed on it goes on with whoever has it next: no chat, form or command.

    Before the entry goes: as long as it stands nobody else can have registered the number and begun a form of theirs.
    """
    phone = PhoneNumber.parse(number)
    await cut_chat(engine, phone)
    await engine.channel.conversations.forget(engine.keyed_hash.phone(phone))


async def _remove(engine: Engine, old: Reservation) -> None:
    if isinstance(old, IdentityEntry):
        await engine.channel.directory.remove_identity(old)
    else:
        await engine.channel.directory.remove_phone(old)


async def _done(engine: Engine, change: IdentityChange) -> IdentityChange:
    async with engine.record.unit(change.district) as unit:
        stands = await unit.identity_changes.get(change.id, lock=True)
        if stands.status is not ChangeStatus.AGREED:
            return stands
        done = replace(stands, status=ChangeStatus.DONE, done_at=engine.clock.now())
        await unit.identity_changes.save(done)
        await unit.commit()
    return replace(done, version=done.version + 1)
