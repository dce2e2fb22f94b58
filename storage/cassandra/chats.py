"""Chats, their links and their updates: `core.ports.chats.Chats`.

A chat and its updates are one partition. `open_chat_updates` tells the worker where to look; the updates say what is
so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from core.ports.channel import ChannelPlaneDown
from core.ports.chats import CHAT_KEPT, LINKED_CHAT_KEPT, Chat, ChatLink, ChatUpdate, ChatUpdateStatus
from storage.cassandra.chat_rows import (
    CHAT_COLUMNS,
    LINK_COLUMNS,
    UPDATE_COLUMNS,
    chat_record,
    link_record,
    update_record,
    values_of,
)
from storage.cassandra.instants import to_microseconds
from storage.cassandra.session import ChannelSession, Condition, Query, Row, Statement, Write

CHAT_SHARDS: Final = 8
"""Partitions of `open_chat_updates`, by the first byte of a chat's key."""
_KEPT_SECONDS: Final = 3 * 24 * 3600
"""A provider repeats an update for a day."""
_CHAT_SECONDS: Final = int(CHAT_KEPT.total_seconds())
_LINKED_CHAT_SECONDS: Final = int(LINKED_CHAT_KEPT.total_seconds())
"""Every word of a chat is settled with the chat, which so begins its time anew."""

_STATIC: Final = (*CHAT_COLUMNS[1:], "leased_by", "leased_until")
_OWN: Final = UPDATE_COLUMNS[1:]
_ONE_UPDATE: Final = "key = ? and bot = ? and update_id = ?"

_CHAT: Final = Query(f"select key, {', '.join(_STATIC)} from chats where key = ? limit 1")  # noqa: S608 - constants
_UPDATES: Final = Query(f"select key, {', '.join(_OWN)} from chats where key = ?")  # noqa: S608 - constants
_ACCEPT: Final = Condition(
    f"insert into chats (key, {', '.join(_OWN)}) "  # noqa: S608 - constants
    f"values ({', '.join('?' * len(UPDATE_COLUMNS))}) if not exists using ttl {_KEPT_SECONDS}"
)
_MAKE: Final = Condition(
    f"update chats using ttl {_CHAT_SECONDS} "  # noqa: S608 - constants
    f"set {', '.join(f'{name} = ?' for name in _STATIC)} where key = ? if version = null"
)
_LEASE: Final = Condition(
    f"update chats using ttl {_CHAT_SECONDS} set leased_by = ?, leased_until = ? "  # noqa: S608 - constants
    "where key = ? if leased_by = ? and leased_until = ? and version = ?"
)
_RELEASE: Final = Condition(
    f"update chats using ttl {_CHAT_SECONDS} set leased_by = '', leased_until = null "  # noqa: S608 - constants
    "where key = ? if leased_by = ?"
)
_SAVE: Final = Condition(
    f"update chats using ttl ? "  # noqa: S608 - constants
    f"set {', '.join(f'{name} = ?' for name in CHAT_COLUMNS[1:])} where key = ? if version = ?"
)
_SETTLE: Final = Condition(
    f"update chats using ttl {_KEPT_SECONDS} set status = ?, payload = 0x, attempts = ?, due_at = ? where {_ONE_UPDATE}"  # noqa: S608 - constants
)
_POSTPONE: Final = Condition(
    f"update chats using ttl {_KEPT_SECONDS} set attempts = ?, due_at = ?, last_error = ? "  # noqa: S608 - constants
    f"where {_ONE_UPDATE} if status = 'waiting'"
)

_ANNOUNCE: Final = Write("insert into open_chat_updates (shard, chat, bot, update_id, due_at) values (?, ?, ?, ?, ?)")
_CLOSE: Final = Write("delete from open_chat_updates where shard = ? and chat = ? and bot = ? and update_id = ?")
_OPEN: Final = Query("select chat, bot, update_id, due_at from open_chat_updates where shard = ? limit 5000")

_LINK: Final = Query(f"select {', '.join(LINK_COLUMNS)} from chat_links where caller = ?")  # noqa: S608 - constants
_ADD_LINK: Final = Condition(
    f"insert into chat_links ({', '.join(LINK_COLUMNS)}) "  # noqa: S608 - constants
    f"values ({', '.join('?' * len(LINK_COLUMNS))}) if not exists"
)
_SAVE_LINK: Final = Condition(
    f"update chat_links set {', '.join(f'{name} = ?' for name in LINK_COLUMNS[1:])} where caller = ? if version = ?"  # noqa: S608 - constants
)

STATEMENTS: Final[tuple[Statement, ...]] = (
    _CHAT,
    _UPDATES,
    _ACCEPT,
    _MAKE,
    _LEASE,
    _RELEASE,
    _SAVE,
    _SETTLE,
    _POSTPONE,
    _ANNOUNCE,
    _CLOSE,
    _OPEN,
    _LINK,
    _ADD_LINK,
    _SAVE_LINK,
)


class ChatsOnCassandra:
    """`core.ports.chats.Chats`."""

    def __init__(self, session: ChannelSession) -> None:
        self._session = session

    async def accept(self, update: ChatUpdate) -> bool:
        await self._announce(update, update.due_at)
        outcome = await self._session.compare_and_set((_ACCEPT, values_of(update, UPDATE_COLUMNS)))
        standing = outcome.standing
        if standing is not None and standing["status"] != ChatUpdateStatus.WAITING:
            await self._session.write(_CLOSE, *_announced(update))
        return outcome.applied

    async def waiting_chats(self, now: datetime, limit: int) -> Sequence[bytes]:
        shards = await asyncio.gather(*(self._session.rows(_OPEN, shard) for shard in range(CHAT_SHARDS)))
        before = to_microseconds(now)
        due = sorted(
            (row for rows in shards for row in rows if row["due_at"] <= before), key=lambda row: int(row["due_at"])
        )
        chats: list[bytes] = []
        for chat in dict.fromkeys(row["chat"] for row in due):
            if len(chats) == limit:
                break
            if await self._has_waiting(chat, [row for row in due if row["chat"] == chat]):
                chats.append(chat)
        return chats

    async def waiting(self, chat: bytes, limit: int) -> Sequence[ChatUpdate]:
        rows = await self._session.rows(_UPDATES, chat)
        updates = (update_record(row) for row in rows if row["status"] == ChatUpdateStatus.WAITING)
        return sorted(updates, key=lambda update: update.update_id)[:limit]

    async def lease(self, chat: bytes, holder: str, now: datetime, until: datetime) -> Chat | None:
        row = await self._session.row(_CHAT, chat)
        while True:
            if _is_held(row, holder, now):
                return None
            made = row is None or row["version"] is None
            record = Chat(chat) if row is None or made else chat_record(row)
            if made:
                values = (*values_of(record, CHAT_COLUMNS[1:]), holder, to_microseconds(until), chat)
                outcome = await self._session.compare_and_set((_MAKE, values))
            else:
                seen = (row["leased_by"], row["leased_until"], row["version"]) if row else ()
                outcome = await self._session.compare_and_set((_LEASE, (holder, to_microseconds(until), chat, *seen)))
            if outcome.applied:
                return record
            row = await self._session.row(_CHAT, chat, serial=True)

    async def release(self, chat: bytes, holder: str) -> None:
        await self._session.compare_and_set((_RELEASE, (chat, holder)))

    async def settle(self, update: ChatUpdate, status: ChatUpdateStatus, chat: Chat, *, at: datetime) -> bool:
        *changed, version = values_of(chat, CHAT_COLUMNS[1:])
        outcome = await self._session.compare_and_set(
            (_SAVE, (_kept_seconds(chat), *changed, chat.version + 1, chat.key, version)),
            (_SETTLE, (status, update.attempts + 1, to_microseconds(at), *_key(update))),
        )
        if outcome.applied:
            # It is settled, whatever becomes of this: a row left behind is found to be over by the worker.
            with suppress(ChannelPlaneDown):
                await self._session.write(_CLOSE, *_announced(update))
        return outcome.applied

    async def postpone(self, update: ChatUpdate, due_at: datetime, error: str) -> None:
        values = (update.attempts + 1, to_microseconds(due_at), error, *_key(update))
        if (await self._session.compare_and_set((_POSTPONE, values))).applied:
            await self._announce(update, due_at)

    async def purge_idle(self, now: datetime, limit: int) -> int:  # noqa: ARG002 -- chats expire by themselves
        return 0

    async def link(self, caller: bytes) -> ChatLink | None:
        row = await self._session.row(_LINK, caller)
        return None if row is None else link_record(row)

    async def save_link(self, link: ChatLink) -> bool:
        *values, version = values_of(link, LINK_COLUMNS)
        if not link.version:
            part = _ADD_LINK, (*values, 1)
        else:
            part = _SAVE_LINK, (*values[1:], link.version + 1, link.caller, version)
        return (await self._session.compare_and_set(part)).applied

    async def _has_waiting(self, chat: bytes, announced: Sequence[Row]) -> bool:
        """Whether a chat has something to do. What is over is not announced any longer."""
        rows = await self._session.rows(_UPDATES, chat)
        status = {(row["bot"], row["update_id"]): row["status"] for row in rows}
        for row in announced:
            if status.get((row["bot"], row["update_id"]), ChatUpdateStatus.WAITING) != ChatUpdateStatus.WAITING:
                await self._session.write(_CLOSE, _shard(chat), chat, row["bot"], row["update_id"])
        return ChatUpdateStatus.WAITING in status.values()

    async def _announce(self, update: ChatUpdate, due_at: datetime) -> None:
        await self._session.write(_ANNOUNCE, *_announced(update), to_microseconds(due_at))


def _is_held(row: Row | None, holder: str, now: datetime) -> bool:
    """Whether somebody else has the chat."""
    if row is None or row["leased_by"] in {None, "", holder}:
        return False
    return row["leased_until"] is not None and int(row["leased_until"]) > to_microseconds(now)


def _kept_seconds(chat: Chat) -> int:
    return _LINKED_CHAT_SECONDS if chat.caller else _CHAT_SECONDS


def _key(update: ChatUpdate) -> tuple[object, ...]:
    return (update.chat, update.bot, update.update_id)


def _announced(update: ChatUpdate) -> tuple[object, ...]:
    return (_shard(update.chat), *_key(update))


def _shard(chat: bytes) -> int:
    return chat[0] % CHAT_SHARDS
