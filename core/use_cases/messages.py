"""Telling a borrower something: a row in the outbox, in the transaction of its cause. The words come at dispatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.borrower import Language
from core.records.message import MESSAGE_FIELDS, MessageKind
from core.use_cases.callers import entry_of
from core.use_cases.idempotency import plain

NUMBER_CONTEXT: Final = "outbox:phone"
"""What a number in an outbox row is sealed for, where there is no borrower's record to read it from."""


CODE_CONTEXT: Final = "outbox:code"
"""What a one-time code in an outbox row is sealed for."""


def message_key(fact: str) -> str:
    """The key of the row that tells a fact."""
    return f"message:{fact}"


async def tell(
    engine: Engine,
    unit: Unit,
    kind: MessageKind,
    borrower_id: UUID,
    *,
    key: str,
    mfi_id: UUID | None = None,
    **figures: object,
) -> bool:
    """Queue one message. `key` names the fact it tells, so that a fact is told once; False when it was already.

    The figures must be exactly those that `MESSAGE_FIELDS` lists for the kind.
    """
    return await _queue(engine, unit, kind, {"borrower_id": str(borrower_id)}, key, mfi_id, figures)


async def tell_number(
    engine: Engine,
    unit: Unit,
    kind: MessageKind,
    phone: PhoneNumber,
    *,
    key: str,
    mfi_id: UUID | None = None,
    language: Language | None = None,
    **figures: object,
) -> bool:
    """The same for whoever answers a number: they may be nobody's borrower.

    `language` None: the one that the number's borrower chose, else Sesotho.
    """
    language = language or await _language_of(engine, phone)
    sealed = engine.sealer.seal(phone.e164.encode(), NUMBER_CONTEXT)
    addressee = {"phone_sealed": sealed.hex(), "language": language.value}
    return await _queue(engine, unit, kind, addressee, key, mfi_id, figures)


async def _language_of(engine: Engine, phone: PhoneNumber) -> Language:
    try:
        entry = await entry_of(engine, phone)
    except ChannelPlaneDown:
        return Language.SESOTHO
    return Language.SESOTHO if entry is None else Language(entry.language)


async def _queue(
    engine: Engine,
    unit: Unit,
    kind: MessageKind,
    addressee: Mapping[str, str],
    key: str,
    mfi_id: UUID | None,
    figures: Mapping[str, object],
) -> bool:
    expected = MESSAGE_FIELDS[kind]
    if set(figures) != set(expected):
        raise ValueError(f"{kind} takes {sorted(expected)}, not {sorted(figures)}")
    data: dict[str, Any] = {**addressee, "mfi_id": str(mfi_id) if mfi_id else None}
    data.update({name: plain(value) for name, value in figures.items()})
    row = OutboxRow(
        id=engine.identifiers.new_id(),
        district=unit.district,
        topic="message",
        kind=kind,
        key=message_key(key),
        data=data,
        due_at=engine.clock.now(),
    )
    return await unit.outbox.add(row)
