"""What a borrower prefers, kept where its readers look: the record for messages, the directory for the next dial."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Language
from core.use_cases.callers import registered

_WRITE_TRIES: Final = 4


async def change_reminders(engine: Engine, phone: PhoneNumber, *, wanted: bool) -> None:
    """Be reminded of due dates, or not any more. Receipts and late fees are told all the same.

    The last wish counts, so that repeating one is safe without a key. Raises `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        await unit.borrowers.save(replace(borrower, wants_reminders=wanted))
        await unit.commit()


async def change_language(engine: Engine, phone: PhoneNumber, language: Language) -> None:
    """Speak another language. The last wish counts, so that repeating one is safe without a key.

    Raises `NotRegistered`, `DistrictDown`, `Conflict` (the directory entry kept changing meanwhile).
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        await unit.borrowers.save(replace(borrower, language=language))
        await unit.commit()
    for _ in range(_WRITE_TRIES):
        if await engine.channel.directory.save_phone(replace(entry, language=language)):
            return
        entry = await registered(engine, phone)
    raise Conflict("the number's entry was changed from several places at once")
