"""Message history and delivery, and the log of look-ups: `core.ports.messages.MessageLog` and `Enquiries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from core.ports.enquiries import Enquiry
from core.ports.environment import Sealer
from core.ports.messages import ON_THE_WAY, MessageRecord
from storage.postgres.channel.pool import ChannelPool

_COLUMNS: Final = (
    "id",
    "caller",
    "borrower_id",
    "district",
    "mfi_id",
    "channel",
    "direction",
    "kind",
    "text_sealed",
    "parts",
    "state",
    "created_at",
    "provider",
    "provider_id",
    "failure",
    "cost",
)
_ADD: Final = f"""
    insert into channel.messages ({", ".join(_COLUMNS)})
    values ({", ".join(f"${n}" for n in range(1, len(_COLUMNS) + 1))})
    on conflict (caller, id) do update
        set ({", ".join(_COLUMNS[2:])}) = ({", ".join(f"excluded.{name}" for name in _COLUMNS[2:])})
        where messages.provider_id = ''
"""  # noqa: S608 - constants
_ADD_PROVIDER_ID: Final = """
    insert into channel.provider_messages (provider, provider_id, caller, message_id, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (provider_id, provider) do nothing
"""
_BY_PROVIDER_ID: Final = """
    select caller, message_id from channel.provider_messages where provider_id = $2 and provider = $1
"""
_DELIVER: Final = """
    update channel.messages set state = $3, failure = $4, reported_at = $5
    where caller = $1 and id = $2 and state = any($6)
"""
_OF_CALLER: Final = f"""
    select {", ".join(_COLUMNS)} from channel.messages where caller = $1 order by created_at desc, id desc limit $2
"""  # noqa: S608 - constants

_ADD_ENQUIRY: Final = """
    insert into channel.enquiries (borrower_id, at, mfi_id, purpose, staff_id) values ($1, $2, $3, $4, $5)
    on conflict (borrower_id, at, mfi_id, purpose) do nothing
"""
_ENQUIRIES: Final = """
    select borrower_id, at, mfi_id, staff_id, purpose from channel.enquiries
    where borrower_id = $1 and at >= $2 order by at, mfi_id
"""


class MessagesOnPostgres:
    """`core.ports.messages.MessageLog`. The text is sealed at rest."""

    def __init__(self, pool: ChannelPool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def add(self, message: MessageRecord) -> None:
        async with self._pool.transaction() as connection:
            await connection.execute(_ADD, *self._values(message))
            if message.provider_id:
                await connection.execute(
                    _ADD_PROVIDER_ID,
                    message.provider,
                    message.provider_id,
                    message.caller,
                    message.id,
                    message.created_at,
                )

    async def deliver(self, provider: str, provider_id: str, state: str, failure: str, at: datetime) -> bool:
        found = await self._pool.row(_BY_PROVIDER_ID, provider, provider_id)
        if found is None:
            return False
        before = ON_THE_WAY[: ON_THE_WAY.index(state)] if state in ON_THE_WAY else ON_THE_WAY
        await self._pool.write(_DELIVER, found["caller"], found["message_id"], state, failure, at, list(before))
        return True

    async def of_caller(self, caller: bytes, limit: int) -> Sequence[MessageRecord]:
        return [self._message(row) for row in await self._pool.rows(_OF_CALLER, caller, limit)]

    def _values(self, message: MessageRecord) -> tuple[object, ...]:
        sealed = self._sealer.seal(message.text.encode(), _context(message.id))
        return tuple(sealed if name == "text_sealed" else getattr(message, name) for name in _COLUMNS)

    def _message(self, row: asyncpg.Record) -> MessageRecord:
        values = dict(row)
        text = self._sealer.open(values.pop("text_sealed"), _context(row["id"])).decode()
        return MessageRecord(text=text, **values)


class EnquiriesOnPostgres:
    """`core.ports.enquiries.Enquiries`."""

    def __init__(self, pool: ChannelPool) -> None:
        self._pool = pool

    async def add(self, enquiry: Enquiry) -> None:
        values = (enquiry.borrower_id, enquiry.at, enquiry.mfi_id, enquiry.purpose, enquiry.staff_id)
        await self._pool.write(_ADD_ENQUIRY, *values)

    async def since(self, borrower_id: UUID, since: datetime) -> Sequence[Enquiry]:
        return [Enquiry(**dict(row)) for row in await self._pool.rows(_ENQUIRIES, borrower_id, since)]


def _context(message_id: UUID) -> str:
    return f"messages/{message_id}/text"
