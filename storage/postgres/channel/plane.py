"""The channel plane on PostgreSQL, with the removal of what is past its time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Self

from core.ports.chats import Chats
from core.ports.conversations import ConversationStore
from core.ports.directory import Directory
from core.ports.enquiries import Enquiries
from core.ports.environment import Sealer
from core.ports.intake import Intake
from core.ports.messages import MessageLog
from storage.postgres.channel.chats import ChatsOnPostgres
from storage.postgres.channel.conversations import ConversationsOnPostgres
from storage.postgres.channel.directory import DirectoryOnPostgres
from storage.postgres.channel.intake import IntakeOnPostgres
from storage.postgres.channel.messages import EnquiriesOnPostgres, MessagesOnPostgres
from storage.postgres.channel.pool import ChannelConnections, ChannelPool

MESSAGES_KEPT: Final = timedelta(days=400)
"""Thirteen months, so that a year's statement can be answered for."""
ENQUIRIES_KEPT: Final = timedelta(days=730)
CHAT_UPDATES_KEPT: Final = timedelta(days=3)
"""A provider repeats an update for a day."""


def _purge(table: str, key: str, column: str) -> str:
    """Removes rows whose instant lies before $1, at most $2 of them."""
    past = f"select {key} from channel.{table} where {column} <= $1 limit $2"  # noqa: S608 - names of our own
    return f"delete from channel.{table} where ({key}) in ({past})"  # noqa: S608 - names of our own


_PURGES: Final = (
    (_purge("turns", "caller, service, session", "expires_at"), timedelta(0)),
    (_purge("drafts", "caller, id", "expires_at"), timedelta(0)),
    (_purge("messages", "caller, id", "created_at"), MESSAGES_KEPT),
    (_purge("provider_messages", "provider_id, provider", "created_at"), MESSAGES_KEPT),
    (_purge("enquiries", "borrower_id, at, mfi_id, purpose", "at"), ENQUIRIES_KEPT),
    (_purge("chat_updates", "chat, bot, update_id", "received_at"), CHAT_UPDATES_KEPT),
)
"""What is removed, and for how long it was kept."""


class ChannelOnPostgres:
    """`core.ports.channel.ChannelPlane`."""

    def __init__(self, pool: ChannelPool, sealer: Sealer) -> None:
        self.directory: Directory = DirectoryOnPostgres(pool)
        self.conversations: ConversationStore = ConversationsOnPostgres(pool)
        self.intake: Intake = IntakeOnPostgres(pool)
        self.messages: MessageLog = MessagesOnPostgres(pool, sealer)
        self.enquiries: Enquiries = EnquiriesOnPostgres(pool)
        self.chats: Chats = ChatsOnPostgres(pool)
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def opened(cls, connections: ChannelConnections, sealer: Sealer) -> AsyncIterator[Self]:
        """The plane, connected; its connections are closed at the end. Raises `ChannelPlaneDown`."""
        pool = ChannelPool(connections)
        await pool.open()
        try:
            yield cls(pool, sealer)
        finally:
            await pool.close()

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises `ChannelPlaneDown`."""
        await self._pool.row("select 1")

    async def purge_expired(self, now: datetime, limit: int) -> int:
        """Remove up to `limit` rows of each kind that are past their time; how many went."""
        gone = 0
        for statement, kept in _PURGES:
            gone += await self._pool.write(statement, now - kept, limit)
        return gone + await self.chats.purge_idle(now, limit)
