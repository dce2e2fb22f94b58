"""Chats, their links and their updates: `core.ports.chats.Chats`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from core.ports.chats import CHAT_KEPT, LINKED_CHAT_KEPT, Chat, ChatLink, ChatUpdate, ChatUpdateStatus
from storage.postgres.channel.pool import ChannelPool

_CHAT: Final = (
    "key",
    "caller",
    "phone",
    "language",
    "session",
    "turn",
    "session_until",
    "awaits_secret",
    "code_digest",
    "code_until",
    "code_tries",
    "codes_sent",
    "codes_since",
    "version",
)
_LINK: Final = ("caller", "chat", "address", "linked_at", "is_reachable", "version")
_UPDATE: Final = (
    "chat",
    "bot",
    "update_id",
    "payload",
    "status",
    "received_at",
    "due_at",
    "attempts",
    "last_error",
)

_ACCEPT: Final = f"""
    insert into channel.chat_updates ({", ".join(_UPDATE)})
    values ({", ".join(f"${n}" for n in range(1, len(_UPDATE) + 1))})
    on conflict (chat, bot, update_id) do nothing
"""  # noqa: S608 - constants
_WAITING_CHATS: Final = """
    select chat, min(due_at) as due_at from channel.chat_updates
    where status = 'waiting' and due_at <= $1 group by chat order by 2 limit $2
"""
_WAITING: Final = f"""
    select {", ".join(_UPDATE)} from channel.chat_updates where chat = $1 and status = 'waiting'
    order by update_id limit $2
"""  # noqa: S608 - constants
_LEASE: Final = f"""
    insert into channel.chats ({", ".join(_CHAT)}, leased_by, leased_until)
    values ($1, '', '', '', '', 0, null, false, '', null, 0, 0, null, 0, $2, $4)
    on conflict (key) do update set leased_by = excluded.leased_by, leased_until = excluded.leased_until
        where chats.leased_by in ('', excluded.leased_by) or chats.leased_until <= $3
    returning {", ".join(_CHAT)}
"""  # noqa: S608 - constants
_RELEASE: Final = "update channel.chats set leased_by = '', leased_until = null where key = $1 and leased_by = $2"
_SETTLE: Final = """
    update channel.chat_updates set status = $4, payload = '', attempts = attempts + 1, due_at = $5
    where chat = $1 and bot = $2 and update_id = $3 and status = 'waiting'
"""
_SAVE: Final = f"""
    update channel.chats
    set ({", ".join(_CHAT[1:])}) = ({", ".join(f"${n}" for n in range(2, len(_CHAT)))}, ${len(_CHAT)} + 1)
    where key = $1 and version = ${len(_CHAT)}
"""  # noqa: S608 - constants
# A chat's newest instant lies hours after it last said something, which is near enough. While an update of it is kept,
# three days from when it came, it was not silent; without any instant it never came further than its first word.
_IDLE: Final = """
    coalesce(leased_until, '-infinity') <= $1::timestamptz
    and coalesce(greatest(session_until, code_until, codes_since), '-infinity')
        <= case when caller = '' then $1::timestamptz else $2::timestamptz end
"""
_PURGE: Final = f"""
    delete from channel.chats where {_IDLE} and key in (
        select key from channel.chats where {_IDLE}
            and not exists (select 1 from channel.chat_updates said where said.chat = chats.key) limit $3
    )
"""  # noqa: S608 - constants
_POSTPONE: Final = """
    update channel.chat_updates set attempts = attempts + 1, due_at = $4, last_error = $5
    where chat = $1 and bot = $2 and update_id = $3 and status = 'waiting'
"""
_OF_CALLER: Final = f"select {', '.join(_LINK)} from channel.chat_links where caller = $1"  # noqa: S608 - constants
_ADD_LINK: Final = f"""
    insert into channel.chat_links ({", ".join(_LINK)}) values ($1, $2, $3, $4, $5, $6 + 1)
    on conflict (caller) do nothing
"""  # noqa: S608 - constants
_SAVE_LINK: Final = """
    update channel.chat_links set (chat, address, linked_at, is_reachable, version) = ($2, $3, $4, $5, $6 + 1)
    where caller = $1 and version = $6
"""


_CHANGED_ONE: Final = "UPDATE 1"


class ChatsOnPostgres:
    """`core.ports.chats.Chats`."""

    def __init__(self, pool: ChannelPool) -> None:
        self._pool = pool

    async def accept(self, update: ChatUpdate) -> bool:
        return bool(await self._pool.write(_ACCEPT, *(getattr(update, name) for name in _UPDATE)))

    async def waiting_chats(self, now: datetime, limit: int) -> Sequence[bytes]:
        return [row["chat"] for row in await self._pool.rows(_WAITING_CHATS, now, limit)]

    async def waiting(self, chat: bytes, limit: int) -> Sequence[ChatUpdate]:
        return [_update(row) for row in await self._pool.rows(_WAITING, chat, limit)]

    async def lease(self, chat: bytes, holder: str, now: datetime, until: datetime) -> Chat | None:
        row = await self._pool.row(_LEASE, chat, holder, now, until)
        return None if row is None else Chat(**dict(row))

    async def release(self, chat: bytes, holder: str) -> None:
        await self._pool.write(_RELEASE, chat, holder)

    async def settle(self, update: ChatUpdate, status: ChatUpdateStatus, chat: Chat, *, at: datetime) -> bool:
        async with self._pool.transaction() as connection:
            saved = await connection.execute(_SAVE, *(getattr(chat, name) for name in _CHAT))
            if saved == _CHANGED_ONE:
                await connection.execute(_SETTLE, update.chat, update.bot, update.update_id, status, at)
        return saved == _CHANGED_ONE

    async def postpone(self, update: ChatUpdate, due_at: datetime, error: str) -> None:
        await self._pool.write(_POSTPONE, update.chat, update.bot, update.update_id, due_at, error)

    async def purge_idle(self, now: datetime, limit: int) -> int:
        return await self._pool.write(_PURGE, now - CHAT_KEPT, now - LINKED_CHAT_KEPT, limit)

    async def link(self, caller: bytes) -> ChatLink | None:
        row = await self._pool.row(_OF_CALLER, caller)
        return None if row is None else ChatLink(**dict(row))

    async def save_link(self, link: ChatLink) -> bool:
        statement = _SAVE_LINK if link.version else _ADD_LINK
        return bool(await self._pool.write(statement, *(getattr(link, name) for name in _LINK)))


def _update(row: asyncpg.Record) -> ChatUpdate:
    return ChatUpdate(**dict(row) | {"status": ChatUpdateStatus(row["status"])})
